import { join } from 'node:path';
import type { TraceExporter } from '../../dist/index.js';
import { FileTraceExporter, InMemoryTraceExporter, init, SqliteTraceExporter } from '../../dist/index.js';
import type { Subject } from '../subject.ts';
import { turnsPerBatch } from '../subject.ts';
import type { WorkloadOptions } from '../workload.ts';
import { createAgent, spansPerTurn } from '../workload.ts';
import { clewInstrument } from './clew-instrument.ts';
import { temporaryFile, temporaryFolder } from './temporary-file.ts';

/** Decorated code in a program that never calls `init`. */
export const clewOff: Subject = {
  name: 'clew-off',
  async setup() {
    return { unitsPerTurn: spansPerTurn, turnsPerBatch, turn: createAgent(clewInstrument), async teardown() {} };
  },
};

function start(exporter: TraceExporter, masked: boolean) {
  return init({ name: 'bench', exporter, ...(masked ? {} : { masker: false as const }) });
}

function inMemory(name: string, masked: boolean, workload?: WorkloadOptions): Subject {
  return {
    name,
    async setup() {
      const exporter = new InMemoryTraceExporter();
      const tracer = start(exporter, masked);
      return {
        unitsPerTurn: spansPerTurn,
        turnsPerBatch,
        turn: createAgent(clewInstrument, workload),
        reset: () => exporter.clear(),
        async teardown() {
          await tracer.shutdown();
        },
      };
    },
  };
}

function ndjson(name: string, masked: boolean): Subject {
  return {
    name,
    async setup() {
      const file = temporaryFile();
      const tracer = start(new FileTraceExporter(file.path), masked);
      return {
        unitsPerTurn: spansPerTurn,
        turnsPerBatch,
        turn: createAgent(clewInstrument),
        settle: async () => {
          await tracer.flush();
        },
        reset: file.empty,
        async teardown() {
          await tracer.shutdown();
          file.remove();
        },
      };
    },
  };
}

/** Local mode as `init()` starts it. The file grows by some megabytes in each round, as it would. */
export const clewSqlite: Subject = {
  name: 'clew-sqlite',
  async setup() {
    const folder = temporaryFolder();
    const tracer = start(new SqliteTraceExporter(join(folder.path, 'clew.db')), true);
    return {
      unitsPerTurn: spansPerTurn,
      turnsPerBatch,
      turn: createAgent(clewInstrument),
      settle: async () => {
        await tracer.flush();
      },
      async teardown() {
        await tracer.shutdown();
        folder.remove();
      },
    };
  },
};

export const clewMemoryUnmasked = inMemory('clew-memory-unmasked', false);
export const clewMemory = inMemory('clew-memory', true);
export const clewMemorySecrets = inMemory('clew-memory-secrets', true, { secrets: true });
export const clewNdjsonUnmasked = ndjson('clew-ndjson-unmasked', false);
export const clewNdjson = ndjson('clew-ndjson', true);
