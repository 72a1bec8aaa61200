import type { TracerOptions } from 'clew';
import { VoiceClient, type VoiceSession } from 'clew/voice';
import { array, assert, constantFrom, integer, oneof, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { only, startRecording, type Recording } from './recording.ts';

interface Call extends Recording {
  readonly session: VoiceSession;
}

function startCall(options: TracerOptions = {}): Call {
  const recording = startRecording(options);
  return { ...recording, session: new VoiceClient(recording).startSession({ agentId: 'support_v3', startedAt: 0 }) };
}

function turnCosts({ memory }: Recording): readonly (number | null)[] {
  return only(memory.traces).spans.flatMap(({ voice }) => (voice !== null && 'role' in voice ? [voice.costUsd] : []));
}

describe('what a call costs', () => {
  it('V101 is told by kind of stage, by turn, and for the whole call', async () => {
    const { session, ...recording } = startCall();
    session.userTurn((turn) => {
      turn.stage('stt', (stage) => stage.setPayload({ costUsd: 0.1 }));
      turn.stage('stt', (stage) => stage.setPayload({ costUsd: 0.2 }));
    });
    session.agentTurn((turn) => {
      turn.stage('llm', (stage) => stage.setPayload({ costUsd: 0.4 }));
      turn.stage('tts', (stage) => stage.setPayload({ costUsd: 0.8 }));
      turn.stage('nlu', (stage) => stage.setPayload({ costUsd: 1.6 }));
    });
    session.stage('stt', {}, (stage) => stage.setPayload({ costUsd: 3.2 }));
    await session.end();
    expect(turnCosts(recording)).toEqual([0.3, 2.8]);
    const { voice, costUsd } = only(recording.memory.traces);
    expect(voice?.rollup.costUsd).toEqual({ stt: 3.5, llm: 0.4, tts: 0.8, other: 1.6, total: 6.3 });
    expect(costUsd).toBeCloseTo(6.3, 9);
  });

  it('V18 counts as 0 what has no price, and names it', async () => {
    const { session, ...recording } = startCall();
    session.userTurn((turn) => {
      turn.stage('stt', { provider: 'nobody', model: 'no-such-ear' }, (stage) => {
        stage.setPayload({ audioDurationMs: 1_000 });
      });
    });
    session.agentTurn((turn) => {
      turn.stage('llm', (stage) => stage.setPayload({ promptTokens: 5 }));
      turn.stage('tts', { model: 'no-such-voice' }, (stage) => stage.setPayload({ costUsd: 0.5, textInput: 'hi' }));
    });
    await session.end();
    expect(turnCosts(recording)).toEqual([0, 0.5]);
    const trace = only(recording.memory.traces);
    expect(trace.spans.map(({ costUsd }) => costUsd)).toEqual([null, null, null, null, null, 0.5]);
    expect(trace.unpriced).toEqual(['no-such-ear', 'llm']);
    expect(trace.voice?.rollup.costUsd).toEqual({ stt: 0, llm: 0, tts: 0.5, other: 0, total: 0.5 });
  });

  it('V19, V77 is found in the price table, unless it is told: also a cost of 0', async () => {
    const prices = { 'our-model': { input_mtok: 250, output_mtok: 500 } };
    const { session, memory } = startCall({ prices });
    session.agentTurn((turn) => {
      const tokens = { promptTokens: 1_000, completionTokens: 500 };
      for (const costUsd of [undefined, null, 0, 0.75, Number.NaN, -1]) {
        const stage = turn.stage('llm', { model: 'our-model', provider: 'ours' });
        stage.setPayload({ ...tokens, ...(costUsd !== undefined && { costUsd }) });
        stage.end();
      }
    });
    await session.end();
    const stages = only(memory.traces).spans.filter(({ kind }) => kind === 'llm');
    expect(stages.map(({ costUsd }) => costUsd)).toEqual([0.5, 0.5, 0, 0.75, 0.5, 0.5]);
  });

  it('V77 keeps the cost that was told when a later one makes no sense', async () => {
    const { session, memory } = startCall();
    session.agentTurn((turn) =>
      turn.stage('llm', (stage) => {
        stage.setPayload({ costUsd: 0.5 });
        stage.setPayload({ costUsd: Number.NaN, completion: 'hello' });
      }),
    );
    await session.end();
    expect(only(memory.traces).costUsd).toBe(0.5);
  });

  it('V101 counts a model’s call once, where a traced generation tells the same inside its stage', async () => {
    const { session, tracer, ...recording } = startCall();
    session.agentTurn((turn) =>
      turn.stage('llm', { model: 'm' }, (stage) => {
        const usage = { inputTokens: 420, outputTokens: 80 };
        tracer.generation('ask', { model: 'm' }, (generation) => generation.update({ usage, costUsd: 0.002 }));
        stage.setPayload({ promptTokens: 420, completionTokens: 80, costUsd: 0.002 });
      }),
    );
    await session.end();
    const trace = only(recording.memory.traces);
    expect(trace.spans.map(({ name, usageScope }) => [name, usageScope])).toEqual([
      ['support_v3', 'self'],
      ['agent_turn', 'self'],
      ['llm', 'aggregate'],
      ['ask', 'self'],
    ]);
    expect(turnCosts({ tracer, ...recording })).toEqual([0.002]);
    expect(trace).toMatchObject({ costUsd: 0.002, usage: { inputTokens: 420, outputTokens: 80 } });
    expect(trace.voice?.rollup.costUsd.total).toBe(0.002);
  });

  it('V101 counts answers with the same id once', async () => {
    const { session, ...recording } = startCall();
    for (const responseId of ['r-1', 'r-1', 'r-2']) {
      session.agentTurn((turn) =>
        turn.stage('llm', { responseId }, (stage) => stage.setPayload({ promptTokens: 10, costUsd: 0.25 })),
      );
    }
    await session.end();
    expect(turnCosts(recording)).toEqual([0.25, 0, 0.25]);
    expect(only(recording.memory.traces)).toMatchObject({ costUsd: 0.5, usage: { inputTokens: 20 } });
    expect(only(recording.memory.traces).voice?.rollup.costUsd.llm).toBe(0.5);
  });

  it('V101 is the same sum everywhere: of the trace, of the kinds, and of the turns', async () => {
    const stages = array(
      record({
        kind: constantFrom('stt' as const, 'llm' as const, 'tts' as const, 'nlu' as const),
        cents: oneof(integer({ min: 0, max: 10_000 }), constantFrom(undefined)),
        responseId: constantFrom(undefined, 'r-1', 'r-2'),
      }),
      { maxLength: 12 },
    );
    assert(
      property(stages, (list) => {
        const { session, ...recording } = startCall({ prices: false });
        session.agentTurn((turn) => {
          for (const { kind, cents, responseId } of list) {
            const stage = turn.stage(kind, { responseId });
            stage.setPayload(cents === undefined ? {} : { costUsd: cents / 100 });
            stage.end();
          }
        });
        void session.end();
        const { costUsd, voice } = only(recording.memory.traces);
        const { stt, llm, tts, other, total } = voice?.rollup.costUsd ?? {};
        expect(total).toBeCloseTo(costUsd ?? 0, 9);
        expect((stt ?? 0) + (llm ?? 0) + (tts ?? 0) + (other ?? 0)).toBeCloseTo(total ?? Number.NaN, 9);
        expect(turnCosts(recording)).toEqual([total]);
      }),
    );
  });

  it('V101 is the same sum where one of two equal answers has no price', async () => {
    const { session, ...recording } = startCall({ prices: false });
    session.agentTurn((turn) => {
      turn.stage('llm', { responseId: 'r-1' }, (stage) => stage.setPayload({ promptTokens: 10 }));
      turn.stage('llm', { responseId: 'r-1' }, (stage) => stage.setPayload({ promptTokens: 10, costUsd: 0.5 }));
    });
    await session.end();
    const { costUsd, voice } = only(recording.memory.traces);
    expect(voice?.rollup.costUsd.total).toBe(costUsd ?? 0);
  });

  it('G46 tells of tokens what follows from them, in the stage and in the trace', async () => {
    const { session, tracer, memory } = startCall();
    session.agentTurn((turn) => {
      turn.stage('llm', (stage) => stage.setPayload({ promptTokens: 420, completionTokens: 80 }));
      tracer.generation('summary', (generation) => generation.update({ usage: { inputTokens: 5, outputTokens: 1 } }));
    });
    await session.end();
    const { spans, usage } = only(memory.traces);
    expect(spans.find(({ kind }) => kind === 'llm')?.usage?.totalTokens).toBe(500);
    expect(usage).toMatchObject({ inputTokens: 425, outputTokens: 81, totalTokens: 506 });
  });
});
