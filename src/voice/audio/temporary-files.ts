import { rmSync } from 'node:fs';

const paths = new Set<string>();

/** A file that is deleted when the process ends, unless it is forgotten before: what people said must not stay behind. */
export function deleteAtExit(path: string): void {
  if (paths.size === 0) process.on('exit', deleteNow);
  paths.add(path);
}

export function forgetAtExit(path: string): void {
  if (!paths.delete(path) || paths.size > 0) return;
  process.removeListener('exit', deleteNow);
}

function deleteNow(): void {
  for (const path of paths) rmSync(path, { force: true });
}
