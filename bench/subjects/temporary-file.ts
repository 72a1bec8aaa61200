import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFile {
  readonly path: string;
  /** Writers open it for appending, so they go on at the start. */
  empty(): void;
  remove(): void;
}

export function temporaryFile(): TemporaryFile {
  const folder = mkdtempSync(join(tmpdir(), 'clew-bench-'));
  const path = join(folder, 'traces.ndjson');
  writeFileSync(path, '');
  return {
    path,
    empty: () => truncateSync(path),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
