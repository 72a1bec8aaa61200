import { createTracer, InMemoryTraceExporter, withTracer } from 'clew';
import { expect, it } from 'vitest';
import { research } from './research.ts';

const exporter = new InMemoryTraceExporter();
const tracer = createTracer({ exporter });

it('makes one trace of functions that call each other', async () => {
  const urls = ['https://example.com/crete', 'https://example.com/minos'];
  const text = await withTracer(tracer, () => research('Where?', urls));
  expect(text).toBe('Where? See 2 pages.');

  const [trace] = exporter.traces;
  expect(trace?.asTree().replaceAll(/\d+ms/g, 'ms')).toBe(
    ['research  [ms]', '  fetch_page  [ms]', '  fetch_page  [ms]', '  answer  [ms]'].join('\n'),
  );
  expect(trace?.spans[1]?.input).toEqual({ url: 'https://example.com/crete' });
  expect(trace?.spans[3]?.events).toMatchObject([{ name: 'sources', input: { count: 2 } }]);
});

it('is the plain function while tracing is off', async () => {
  await expect(research('Where?', [])).resolves.toBe('Where? See 0 pages.');
});
