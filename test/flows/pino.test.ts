import { setTimeout as later } from 'node:timers/promises';
import { pinoMixin, withTracer } from 'clew';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { only, spanNamed, startRecording } from './recording.ts';

/** A pino logger with the mixin, and the lines that it wrote. */
function listen(): { readonly log: pino.Logger; readonly lines: unknown[] } {
  const lines: unknown[] = [];
  const log = pino(
    { mixin: pinoMixin, base: null, timestamp: false },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  return { log, lines };
}

it('pino’s lines carry the ids of the active trace and span, and none outside', async () => {
  const { log, lines } = listen();
  const { tracer, memory } = startRecording();
  log.info('before');
  await withTracer(tracer, () =>
    tracer.trace('turn', async (trace) => {
      log.info('in the root');
      await trace.span('step', async () => {
        await later(0);
        log.warn({ orderId: 7 }, 'in the step');
      });
    }),
  );
  log.info('after');
  const recorded = only(memory.traces);
  const ids = (name: string): object => ({ trace_id: recorded.traceId, span_id: spanNamed(recorded, name).spanId });
  expect(lines).toEqual([
    { level: 30, msg: 'before' },
    { level: 30, ...ids('turn'), msg: 'in the root' },
    { level: 40, ...ids('step'), orderId: 7, msg: 'in the step' },
    { level: 30, msg: 'after' },
  ]);
});

it('pino’s lines carry no ids in a trace that was sampled out, where no one could find it', () => {
  const { log, lines } = listen();
  const { tracer } = startRecording({ sampleRate: 0, keepErrors: false });
  tracer.trace('turn', () => log.info('unseen'));
  expect(lines).toEqual([{ level: 30, msg: 'unseen' }]);
});

it('a pino logger can be the tracer’s own', () => {
  const lines: unknown[] = [];
  const logger = pino({ name: 'agent', level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) });
  const { tracer } = startRecording({ logger });
  tracer.trace('', () => {});
  expect(only(lines)).toMatchObject({ name: 'agent', level: 20, code: 'wrong-name' });
});
