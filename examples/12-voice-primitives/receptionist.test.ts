import { createTracer, InMemoryTraceExporter, withTracer } from 'clew';
import { startSession } from 'clew/voice';
import { expect, it } from 'vitest';
import { Receptionist } from './receptionist.ts';

it('is a call of two turns, told by its decorators', async () => {
  const exporter = new InMemoryTraceExporter();
  await withTracer(createTracer({ exporter }), async () => {
    const session = startSession({ agentId: 'reception_v1' });
    const receptionist = new Receptionist();
    await session.run(async () => {
      const heard = await receptionist.hear({ text: 'I forgot my password', milliseconds: 1_800 });
      expect(await receptionist.answer(heard)).toBe('Let me send you a link.');
    });
    await session.end();
  });
  const [call] = exporter.traces;
  expect(call?.asTree().replaceAll(/ {2}\[\d+ms\]/g, '')).toBe(`\
reception_v1
  user_turn
    stt
  agent_turn
    llm
    tts`);
  expect(call?.voice?.rollup).toMatchObject({ userTurns: 1, agentTurns: 1, ttfaMs: { n: 1 } });
  expect(call?.spans.map(({ kind, costUsd }) => [kind, costUsd !== null && costUsd > 0])).toEqual([
    ['agent', false],
    ['turn', false],
    ['stt', true],
    ['turn', false],
    ['llm', true],
    ['tts', true],
  ]);
});
