import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { readTrace } from '../span/reader.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { SqliteTraceStore } from '../store/sqlite/sqlite-trace-store.ts';

const sqliteHead = 'SQLite format 3\0';

/** The traces of an NDJSON file, or of a database of local mode. */
export async function* tracesIn(path: string): AsyncGenerator<TraceRecord> {
  if (await isDatabase(path)) {
    yield* new SqliteTraceStore(path).all();
    return;
  }
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    const trace = readTrace(line);
    if (trace !== undefined) yield trace;
  }
}

async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1', 0, bytesRead) === sqliteHead;
  } finally {
    await file.close();
  }
}
