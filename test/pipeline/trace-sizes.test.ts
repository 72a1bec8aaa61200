import { expect, it } from 'vitest';
import { createTracer, InMemoryTraceExporter } from 'clew';

it.each([1, 15, 16, 17, 18, 40])('keeps %i children of a trace, each once and in the order of their start', (count) => {
  const exporter = new InMemoryTraceExporter();
  const tracer = createTracer({ exporter });
  const trace = tracer.trace('root');
  const children = Array.from({ length: count }, (_, index) => trace.span(`child-${index}`));
  for (const child of children.toReversed()) child.end();
  void trace.end();
  const names = exporter.traces[0]?.spans.map(({ name }) => name);
  expect(names).toEqual(['root', ...children.map(({ name }) => name)]);
  expect(tracer.stats().spans.openTraces).toBe(0);
});

it('keeps the newest records of a trace that has more than its bound, below and above a handful', () => {
  for (const most of [3, 20]) {
    const exporter = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter, limits: { traceSpans: most }, logger: { debug() {}, warn() {} } });
    const trace = tracer.trace('root');
    for (let index = 0; index < most + 5; index += 1) trace.span(`child-${index}`).end();
    void trace.end();
    const record = exporter.traces[0];
    expect(record?.spans).toHaveLength(most);
    expect(record?.droppedSpans).toBe(6);
    expect(record?.spans.at(-1)?.name).toBe(`child-${most + 4}`);
  }
});
