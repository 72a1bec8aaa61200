import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

export interface TemporaryFile extends TemporaryFolder {
  /** Writers open it for appending, so they go on at the start. */
  empty(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'clew-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true }) };
}

export function temporaryFile(): TemporaryFile {
  const folder = temporaryFolder();
  const path = join(folder.path, 'traces.ndjson');
  writeFileSync(path, '');
  return { path, empty: () => truncateSync(path), remove: folder.remove };
}
