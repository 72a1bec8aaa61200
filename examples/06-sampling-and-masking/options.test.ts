import { createTracer, InMemoryTraceExporter } from 'clew';
import { beforeEach, expect, it } from 'vitest';
import { options } from './options.ts';

const exporter = new InMemoryTraceExporter();
// The rate alone is changed, so that chance keeps nothing.
const clew = createTracer({ ...options, sampleRate: 0, exporter });

beforeEach(() => exporter.clear());

it('leaves out what nobody asked for', () => {
  clew.trace('visit', () => 'done');
  expect(exporter.traces).toEqual([]);
  expect(clew.stats().spans.sampledOutTraces).toBe(1);
});

it('keeps every trace with an error, handled or not, and whole', () => {
  clew.trace('visit', (trace) => {
    trace.span('lookup').fail(new Error('the archive is closed'));
    trace.span('apology').end();
  });
  expect(exporter.traces[0]).toMatchObject({ sampling: { rate: 1, reason: 'error' }, level: 'DEFAULT', errorCount: 1 });
  expect(exporter.traces[0]?.spans.map(({ name }) => name)).toEqual(['visit', 'lookup', 'apology']);
});

it('keeps what the sampler wants', () => {
  clew.trace('visit', { tags: ['pilot'] }, () => 'done');
  expect(exporter.traces[0]?.sampling).toEqual({ rate: 1, reason: 'rule' });
});

it('masks by the default rules and by its own', () => {
  const input = { note: 'P-123456, ada@example.com', diagnosis: 'a cold', token: 'abc' };
  clew.trace('visit', { input, tags: ['pilot'], userId: 'u1' }, () => 'sent to ada@example.com');
  const [trace] = exporter.traces;
  expect(trace?.input).toEqual({ note: '[patient], [email]', diagnosis: '[masked]', token: '[masked]' });
  expect(trace?.output).toBe('sent to [email]');
  expect(trace?.userId).toMatch(/^[0-9a-f]{32}$/);
});
