import { rmSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listen, stopListening } from '../../base/process.ts';

const paths = new Set<string>();

/** A file that is deleted when the process ends, unless it is forgotten before: what people said must not stay behind. */
export function deleteAtExit(path: string): void {
  if (paths.size === 0) listen('exit', deleteNow);
  paths.add(path);
}

export function forgetAtExit(path: string): void {
  if (!paths.delete(path) || paths.size > 0) return;
  stopListening('exit', deleteNow);
}

function deleteNow(): void {
  for (const path of paths) rmSync(path, { force: true });
}

export const temporaryPrefix = 'clew-audio-';
/** No call is that long without a sound; a file that was not written for a day is one of a process that was killed. */
const oldestMs = 86_400_000;
const tidied = new Set<string>();

/** Deletes what processes that were killed have left in a folder; once for each. Never rejects. */
export async function removeLeftovers(folder: string): Promise<void> {
  if (tidied.has(folder)) return;
  tidied.add(folder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(temporaryPrefix))) {
    const path = join(folder, name);
    const modifiedAt = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (Date.now() - modifiedAt > oldestMs) await rm(path, { force: true }).catch(() => {});
  }
}
