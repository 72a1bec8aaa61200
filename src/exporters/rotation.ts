import { existsSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../base/error-code.ts';
import { processId } from '../base/process.ts';

/**
 * Sets a file aside as `name.<time>.<pid>`, and keeps the newest `maxFiles` of those. That another process is quicker
 * to set it aside or to remove an old one is no failure.
 */
export function setAside(path: string, maxFiles: number): void {
  ignoreMissing(() => renameSync(path, freeName(path)));
  for (const old of filesAside(path).slice(0, -maxFiles)) ignoreMissing(() => unlinkSync(old));
}

let lastTime = 0;

/**
 * Time and process id in the name, so that two processes never take the same. No time is used twice, nor an earlier one
 * after a later: a rename replaces what is there, and names are sorted by age.
 */
function freeName(path: string): string {
  lastTime = Math.max(Date.now(), lastTime + 1);
  const name = `${path}.${new Date(lastTime).toISOString().replace(/[-:.]/g, '')}.${processId()}`;
  return existsSync(name) ? freeName(path) : name;
}

/** Oldest first. */
function filesAside(path: string): readonly string[] {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /^\d{8}T\d{9}Z\.\d+$/.test(name.slice(prefix.length)))
    .toSorted()
    .map((name) => join(folder, name));
}

function ignoreMissing(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
