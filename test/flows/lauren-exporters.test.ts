import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConsoleTraceExporter,
  createTracer,
  FileTraceExporter,
  InMemoryTraceExporter,
  isTraceExporter,
  type SpanRecord,
  type TraceExporter,
  type TraceRecord,
} from 'clew';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { only, startRecording, treesOf } from './recording.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'clew-flows-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function runAgent(exporter: TraceExporter): Promise<unknown> {
  const tracer = createTracer({ exporter });
  tracer.trace('agent.run', { runId: 'run-42' }, (trace) => trace.span('llm.complete', () => 'done'));
  return tracer.shutdown();
}

describe('InMemoryTraceExporter', () => {
  it('L2, L11 has one entry for one finished run, with named spans', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('agent.run', (trace) => {
      expect(memory.traces).toHaveLength(0);
      trace.span('llm.complete', () => {});
    });
    expect(only(memory.traces).spans.map(({ name }) => name)).toEqual(['agent.run', 'llm.complete']);
  });
});

describe('ConsoleTraceExporter', () => {
  it('L12 needs no arguments and prints to standard output', async () => {
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    onTestFinished(() => write.mockRestore());
    await runAgent(new ConsoleTraceExporter());
    expect(written.join('')).toContain('agent.run');
  });

  it('L2, L13 prints a header with the beginning of the id and the run, and the tree below it', async () => {
    const written: string[] = [];
    const memory = new InMemoryTraceExporter();
    const stream = { write: (text: string) => written.push(text) };
    const tracer = createTracer({ exporters: [memory, new ConsoleTraceExporter({ stream })] });
    tracer.trace('agent.run', { runId: 'run-42' }, (trace) => trace.span('llm.complete', () => {}));
    await tracer.shutdown();
    const { traceId } = only(memory.traces);
    expect(written.join('').replaceAll(/\[\d+ms\]/g, '[0ms]')).toBe(`
[Trace ${traceId.slice(0, 8)}] run_id=run-42
agent.run  [0ms]
  llm.complete  [0ms]
`);
  });
});

describe('FileTraceExporter', () => {
  it('L2, L14, L15 appends each trace as one line that can be parsed by itself', async () => {
    const file = join(await temporaryFolder(), 'agent-traces.ndjson');
    await writeFile(file, '{"kept":true}\n');
    await runAgent(new FileTraceExporter(file));
    await runAgent(new FileTraceExporter(file));
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines.pop()).toBe('');
    const parsed = lines.map((line): unknown => JSON.parse(line));
    expect(parsed).toMatchObject([
      { kept: true },
      { v: 1, name: 'agent.run', run_id: 'run-42', spans: [{ name: 'agent.run' }, { name: 'llm.complete' }] },
      { v: 1, name: 'agent.run', run_id: 'run-42', spans: [{ name: 'agent.run' }, { name: 'llm.complete' }] },
    ]);
  });
});

/** An exporter of a stranger's, without a base class. */
class QueueExporter {
  readonly seen: string[] = [];

  async export(trace: TraceRecord): Promise<void> {
    await Promise.resolve();
    this.seen.push(`trace ${trace.name}`);
  }
}

class StreamingExporter extends QueueExporter {
  async exportSpan(span: SpanRecord): Promise<void> {
    await Promise.resolve();
    this.seen.push(`span ${span.name}`);
  }
}

describe('an exporter of your own', () => {
  it('L50 gets each span when it has ended, and the trace', async () => {
    const exporter = new StreamingExporter();
    await runAgent(exporter);
    expect(exporter.seen).toEqual(['span llm.complete', 'span agent.run', 'trace agent.run']);
  });

  it('L51 may leave exportSpan out', async () => {
    const exporter = new QueueExporter();
    await runAgent(exporter);
    expect(exporter.seen).toEqual(['trace agent.run']);
  });

  it('L52 needs no base class: its shape tells', () => {
    expect(isTraceExporter(new QueueExporter())).toBe(true);
    expect(isTraceExporter({ export: () => {} })).toBe(true);
    expect([undefined, null, 5, {}, { export: 'no' }, () => {}].map(isTraceExporter)).not.toContain(true);
  });

  it('L53 can send traces to any backend, with what the record gives as text', async () => {
    const sent: string[] = [];
    await runAgent({ export: (trace) => void sent.push(trace.text()) });
    expect(JSON.parse(only(sent))).toMatchObject({ name: 'agent.run', outcome: 'ok', spans: [{}, {}] });
  });

  it('L53 works beside others, and one that fails takes nothing from them', async () => {
    const exporter = new QueueExporter();
    const failing: TraceExporter = {
      export: () => {
        throw new Error('disk full');
      },
    };
    const { tracer, memory, log } = startRecording();
    const several = createTracer({ exporters: [failing, memory, exporter], logger: log });
    several.trace('agent.run', () => {});
    expect(await several.shutdown()).toEqual({ sent: 2, dropped: 1, pending: 0, reasons: { 'disk full': 1 } });
    expect(treesOf(memory)).toBe('agent.run');
    expect(exporter.seen).toEqual(['trace agent.run']);
    expect(log.codes).toEqual(['warn exporter-failed']);
    expect(tracer.stats().spans.startedSpans).toBe(0);
  });
});
