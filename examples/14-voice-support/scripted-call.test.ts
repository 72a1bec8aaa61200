import { createTracer, InMemoryTraceExporter } from 'clew';
import { VoiceObservability } from 'clew/livekit';
import { expect, it } from 'vitest';
import { scriptedCall } from './scripted-call.ts';

it('V26, V27 is told whole: tools, a cough, a barge-in', { timeout: 60_000 }, async () => {
  const exporter = new InMemoryTraceExporter();
  const observability = new VoiceObservability({ tracer: createTracer({ exporter }) });
  await scriptedCall((session) => observability.attach(session, { agentId: 'support' }));
  await observability.shutdown();
  const [call] = exporter.traces;
  const said = call?.spans.flatMap(({ voice }) => (voice !== null && 'role' in voice ? [voice.transcript] : []));
  expect(said).toEqual([
    'Hello, you have reached support. What can I do for you?',
    'I cannot log in, I am Ada',
    'One moment. I have sent you a link for a new password. It is good for an hour.',
    'And what about my refund',
    'Refunds take three to five working days, and we write to you when yours is on its way to your bank.',
    null,
    'Thank you, that is all I wanted to know',
    'You are welcome. Goodbye.',
  ]);
  expect(call?.spans.filter(({ kind }) => kind === 'tool').map(({ name }) => name)).toEqual([
    'tool:lookup_account',
    'tool:reset_password',
  ]);
  expect(call?.voice).toMatchObject({ status: 'ended', rollup: { interruptions: 1, failedInterrupts: 1 } });
  expect(call?.unpriced).toEqual([]);
});
