import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  ConsoleTraceExporter,
  FanOutTraceExporter,
  FileTraceExporter,
  InMemoryTraceExporter,
  isTraceExporter,
  SqliteTraceExporter,
  type TraceExporter,
  type TraceRecord,
} from 'clew';
import { describe, expect, it } from 'vitest';
import { readLines } from '../fixtures/ndjson.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import {
  audioContract,
  type AudioExporterUnderTest,
  exporterContract,
  type ExporterUnderTest,
} from './exporter.contract.ts';

function inMemory(): ExporterUnderTest {
  const exporter = new InMemoryTraceExporter();
  const read = () => new Map(exporter.traces.map(({ traceId, spans }) => [traceId, spans.map(({ name }) => name)]));
  return { exporter, read };
}

function file(): ExporterUnderTest {
  const path = join(temporaryFolder(), 'traces.ndjson');
  const read = () => {
    const found = new Map<string, readonly string[]>();
    if (!existsSync(path)) return found;
    for (const { trace_id: id, spans } of readLines(path)) {
      found.set(id, [...(found.get(id) ?? []), ...spans.map(({ name }) => name)]);
    }
    return found;
  };
  return { exporter: new FileTraceExporter(path), read };
}

function sqlite(): ExporterUnderTest {
  const path = join(temporaryFolder(), 'clew.db');
  const read = () => {
    const found = new Map<string, readonly string[]>();
    if (!existsSync(path)) return found;
    const database = new DatabaseSync(path, { readOnly: true });
    for (const row of database.prepare('SELECT trace_id, name FROM span ORDER BY rowid').iterate()) {
      const [id, name] = [String(row['trace_id']), String(row['name'])];
      found.set(id, [...(found.get(id) ?? []), name]);
    }
    database.close();
    return found;
  };
  return { exporter: new SqliteTraceExporter(path), read };
}

/** The console shows the first eight digits of the id. */
function toConsole(): ExporterUnderTest {
  const exported: TraceRecord[] = [];
  let printed = '';
  const printer = new ConsoleTraceExporter({ stream: { write: (text) => (printed += text) } });
  const exporter: TraceExporter = {
    export: (trace) => {
      exported.push(trace);
      printer.export(trace);
    },
  };
  const read = () => {
    const found = new Map<string, readonly string[]>();
    for (const block of printed.split('\n[Trace ').slice(1)) {
      const id = exported.find(({ traceId }) => traceId.startsWith(block.slice(0, 8)))?.traceId ?? 'unknown';
      const names = block
        .split('\n')
        .slice(1)
        .flatMap((line) => /^ *(\S+)/.exec(line)?.[1] ?? []);
      found.set(id, [...(found.get(id) ?? []), ...names]);
    }
    return found;
  };
  return { exporter, read };
}

function fanOut(): ExporterUnderTest {
  const { exporter, read } = file();
  return { exporter: new FanOutTraceExporter([new InMemoryTraceExporter(), exporter]), read };
}

/** No class, one method: the least that seed 002 asks for. */
function custom(): ExporterUnderTest {
  const found = new Map<string, readonly string[]>();
  const exporter: TraceExporter = {
    export: async ({ traceId, spans }) => {
      await Promise.resolve();
      found.set(traceId, [...(found.get(traceId) ?? []), ...spans.map(({ name }) => name)]);
    },
  };
  return { exporter, read: () => found };
}

exporterContract('The in-memory exporter', inMemory);
exporterContract('The file exporter', file);
exporterContract('The SQLite exporter', sqlite);
exporterContract('The console exporter', toConsole);
exporterContract('The fan-out exporter', fanOut);
exporterContract('A custom exporter', custom);

function keptIn(exporter: TraceExporter, folder: string): AudioExporterUnderTest {
  const readAudio = (ref: string) => (existsSync(join(folder, ref)) ? readFileSync(join(folder, ref)) : undefined);
  return { exporter, readAudio };
}

function audioBesideFile(): AudioExporterUnderTest {
  const path = join(temporaryFolder(), 'traces.ndjson');
  return keptIn(new FileTraceExporter(path), `${path}.audio`);
}

function audioBesideDatabase(): AudioExporterUnderTest {
  const path = join(temporaryFolder(), 'clew.db');
  return keptIn(new SqliteTraceExporter(path), join(dirname(path), 'audio'));
}

function fannedOutAudio(): AudioExporterUnderTest {
  const { exporter, readAudio } = audioBesideFile();
  return { exporter: new FanOutTraceExporter([new InMemoryTraceExporter(), exporter]), readAudio };
}

/** Two methods. */
function customAudio(): AudioExporterUnderTest {
  const found = new Map<string, Buffer>();
  const exporter: TraceExporter = {
    export: () => {},
    exportAudio: async ({ ref, path }) => void found.set(ref, await readFile(path)),
  };
  return { exporter, readAudio: (ref) => found.get(ref) };
}

audioContract('The file exporter', audioBesideFile);
audioContract('The SQLite exporter', audioBesideDatabase);
audioContract('The fan-out exporter', fannedOutAudio);
audioContract('A custom exporter', customAudio);

describe('isTraceExporter', () => {
  it('goes by the shape alone', () => {
    expect(isTraceExporter({ export: () => {} })).toBe(true);
    expect(isTraceExporter(Object.assign(Object.create(null), { export: async () => {} }))).toBe(true);
  });

  it.each([undefined, null, 'export', 1, {}, { export: 'file.ndjson' }, () => {}, []])('refuses %o', (value) => {
    expect(isTraceExporter(value)).toBe(false);
  });
});
