import { createTracer, InMemoryTraceExporter, type TraceRecord, withTracer } from 'clew';
import { afterEach, expect, it } from 'vitest';
import { TravelAgent } from './agent.ts';

// In memory is synchronous: when the awaited call has returned, its trace is here. No sleep, no flush.
const exporter = new InMemoryTraceExporter();
const tracer = createTracer({ exporter });

afterEach(() => exporter.clear());

it('takes the train and a hotel for a trip with a night', async () => {
  const trace = await traceOf('Basel to Milan, one night');
  expect(trace.asTree().replaceAll(/\[\d+ms\]/g, '[ms]')).toBe(
    ['plan  [ms]', '  choose  [ms]', '  find_train  [ms]', '  find_hotel  [ms]'].join('\n'),
  );
});

it('calls no tool that it does not need', async () => {
  const trace = await traceOf('Basel to Bern');
  const tools = trace.spans.filter((span) => span.kind === 'tool').map((span) => span.name);
  expect(tools).toEqual(['find_train']);
});

it('makes no error, and stays within its tokens', async () => {
  const trace = await traceOf('Basel to Milan, one night');
  expect(trace).toMatchObject({ outcome: 'ok', errorCount: 0, output: 'IC 17, Hotel Ariadne' });
  expect(trace.usage?.totalTokens).toBeLessThan(100);
});

async function traceOf(wish: string): Promise<TraceRecord> {
  await withTracer(tracer, () => new TravelAgent().plan(wish));
  const [trace] = exporter.traces;
  if (trace === undefined) throw new Error('nothing was traced');
  return trace;
}
