import type { RecordMask, SpanRecord, TraceExporter, TracerOptions, TraceRecord } from 'clew';
import { agentTurn, stage, VoiceClient, type VoiceSession } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, type Recording } from './recording.ts';

const secret = 'jane@example.com, +49 170 1234567, 4111 1111 1111 1111, sk-proj-Ab12Cd34Ef56Gh78';
const hidden = '[email], [phone], [card], [secret]';

interface Call extends Recording {
  readonly session: VoiceSession;
}

function startCall(options: TracerOptions = {}): Call {
  const recording = startRecording(options);
  const session = new VoiceClient(recording).startSession({
    agentId: 'support_v3',
    userId: 'user_42',
    session: 'conv_1',
  });
  return { ...recording, session };
}

/** Says the text wherever a call can hold one. */
function say({ session }: Pick<Call, 'session'>, text: string): void {
  session.update({ metadata: { note: text } });
  session.userTurn((turn) => {
    turn.stage('stt', (stt) => stt.setPayload({ finalTranscript: text, audioDurationMs: 2_400 }));
    turn.setTranscript(text);
    turn.event('guardrail', { heard: text });
  });
  session.agentTurn({ metadata: { note: text } }, (turn) => {
    turn.stage('llm', (llm) => {
      llm.setPayload({ prompt: [{ role: 'user', content: text }], completion: text, promptTokens: 420 });
    });
    turn.stage('tts', (tts) => tts.setPayload({ textInput: text, costUsd: 0.5 }));
    turn.stage('api_call', (api) => api.setPayload({ url: text, request: { text }, response: [text] }));
    turn.stage('nlu', (nlu) => nlu.setPayload({ intent: text, entities: { text } }));
  });
  session.agentTurn({}, (turn) => turn.end({ error: new Error(text) }));
}

class Receptionist {
  @agentTurn
  answer(): string {
    return this.think(secret);
  }

  @stage('llm')
  think(prompt: string): string {
    return prompt;
  }
}

describe('what is said in a call', () => {
  it('V114 is masked before anybody sees it: transcripts, prompts, payloads, events, errors', async () => {
    const seen: string[] = [];
    const exporter: TraceExporter = {
      export: (trace) => void seen.push(trace.text()),
      exportStart: (span) => void seen.push(span.text()),
      exportSpan: (span) => void seen.push(span.text()),
    };
    const recording = startCall({ exporter });
    say(recording, secret);
    recording.session.run(() => new Receptionist().answer());
    await recording.session.end({ reason: secret, error: secret });
    for (const text of seen) {
      // Longer than anything that a random id may hold.
      for (const part of ['jane@', '170 1234567', '4111 1111', 'sk-proj']) expect(text).not.toContain(part);
    }
    expect(seen.join('\n').split(hidden).length).toBeGreaterThan(20);
  });

  it('V114 is masked also when it is told after the turn', async () => {
    const { session, memory } = startCall();
    const turn = session.userTurn();
    turn.end();
    turn.setTranscript(secret);
    turn.event('note', secret);
    await session.end();
    expect(spanNamed(only(memory.traces), 'user_turn').voice).toMatchObject({ transcript: hidden });
    expect(JSON.stringify(memory.spans.map((span) => span.toJSON()))).not.toContain('jane@');
  });

  it('V114 is priced by what it was, not by what is left of it', async () => {
    const { session, memory } = startCall();
    session.agentTurn((turn) => turn.stage('tts', (tts) => tts.setPayload({ textInput: '📞 jane@example.com' })));
    await session.end();
    expect(spanNamed(only(memory.traces), 'tts')).toMatchObject({
      usage: { characters: 18 },
      voice: { payload: { text_input: '📞 [email]' } },
    });
  });

  it('V94 is masked by rules of yours beside the default ones', async () => {
    const recording = startCall({ masker: { patterns: [/CUST-\d+/], keys: ['intent'] } });
    say(recording, `CUST-12 of ${secret}`);
    await recording.session.end();
    const trace = only(recording.memory.traces);
    expect(trace.text()).not.toMatch(/CUST-\d/);
    expect(spanNamed(trace, 'user_turn').voice).toMatchObject({ transcript: `[masked] of ${hidden}` });
    expect(spanNamed(trace, 'nlu').voice).toMatchObject({ payload: { intent: '[masked]' } });
  });

  it('V94 is left as it is where masking is off', async () => {
    const recording = startCall({ masker: false });
    say(recording, secret);
    await recording.session.end();
    expect(only(recording.memory.traces).text()).not.toContain('[email]');
  });

  it('C16 is told by whom only as a pseudonym where that is wanted', async () => {
    const ids = async (): Promise<readonly unknown[]> => {
      const { session, memory } = startCall({ masker: { pseudonymize: 'pepper' } });
      session.update({ userId: 'user_43' });
      const { sessionId } = session;
      await session.end();
      const trace = only(memory.traces);
      expect(trace.sessionId).toBe(sessionId);
      expect(trace.text()).not.toMatch(/user_4|conv_1/);
      return [trace.userId, trace.sessionId];
    };
    const [user, conversation] = await ids();
    expect([user, conversation]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^\w{32}$/)]);
    expect(await ids()).toEqual([user, conversation]);
  });
});

describe('a masker that is a function', () => {
  const redact: RecordMask = (record) => {
    const changed: Record<string, unknown> = JSON.parse(JSON.stringify(record).replaceAll('rumpel', 'xxx'));
    return changed;
  };

  it('V94 is given transcripts, payloads and events, and what it returns is kept', async () => {
    const given: Record<string, unknown>[] = [];
    const recording = startCall({ masker: (record) => (given.push(structuredClone(record)), redact(record)) });
    say(recording, 'rumpel');
    await recording.session.end();
    expect(given.map(({ voice }) => voice)).toContainEqual(
      expect.objectContaining({ role: 'user', transcript: 'rumpel' }),
    );
    expect(given.map(({ voice }) => voice)).toContainEqual({
      payload: expect.objectContaining({ completion: 'rumpel' }),
    });
    const trace = only(recording.memory.traces);
    expect(trace.text()).not.toContain('rumpel');
    expect(spanNamed(trace, 'user_turn').voice).toMatchObject({ role: 'user', transcript: 'xxx' });
    expect(spanNamed(trace, 'llm').voice).toMatchObject({ payload: { completion: 'xxx', prompt_tokens: 420 } });
    expect(spanNamed(trace, 'user_turn').events).toContainEqual(
      expect.objectContaining({ name: 'guardrail', input: { heard: 'xxx' } }),
    );
  });

  it('V94 is asked again for what is told after a turn', async () => {
    const { session, memory } = startCall({ masker: redact });
    const turn = session.userTurn();
    turn.end();
    turn.setTranscript('I am rumpel');
    await session.end();
    expect(spanNamed(only(memory.traces), 'user_turn').voice).toMatchObject({ transcript: 'I am xxx' });
    expect(memory.spans.map((span) => span.text()).join('\n')).not.toContain('rumpel');
  });

  it('V94 cannot change who spoke, when, and what it cost', async () => {
    const { session, memory } = startCall({
      masker: (record) => ({
        ...record,
        voice: { role: 'agent', transcript: 7, ttfa_ms: 1 },
        cost_usd: 9,
        usage: null,
      }),
    });
    session.userTurn((turn) => {
      turn.setTranscript('hello', { confidence: 0.5 });
      turn.stage('stt', (stt) => stt.setPayload({ finalTranscript: 'hello', costUsd: 0.5, audioDurationMs: 60 }));
    });
    await session.end();
    const trace = only(memory.traces);
    expect(spanNamed(trace, 'user_turn').voice).toEqual(
      expect.objectContaining({ role: 'user', transcript: null, confidence: 0.5, ttfaMs: null, costUsd: 0.5 }),
    );
    expect(spanNamed(trace, 'stt')).toMatchObject({ costUsd: 0.5, usage: { audioMs: 60 }, voice: { payload: {} } });
  });

  function failWith(masker: RecordMask): Promise<TraceRecord> {
    const recording = startCall({ masker });
    say(recording, 'rumpel');
    return recording.session.end().then(() => only(recording.memory.traces));
  }

  const failing: readonly [string, RecordMask][] = [
    [
      'throws',
      () => {
        throw new Error('masker is broken');
      },
    ],
    ['returns nothing', Object(() => undefined)],
    ['returns no voice', ({ voice: _, ...record }) => redact(record)],
    ['returns voices that are none', (record) => redact({ ...record, voice: [1] })],
  ];
  it.each(failing)(
    'V94 that %s costs the content only: who spoke, how long and what it cost stay',
    async (_, masker) => {
      const trace = await failWith(masker);
      expect(trace.text()).not.toContain('rumpel');
      expect(trace.voice).toMatchObject({
        status: 'ended',
        rollup: { userTurns: 1, agentTurns: 2, costUsd: { tts: 0.5, total: 0.5 } },
      });
      const roles = trace.spans.flatMap(({ voice }: SpanRecord) => (voice !== null && 'role' in voice ? [voice] : []));
      expect(roles.map(({ role, transcript }) => [role, transcript])).toEqual([
        ['user', null],
        ['agent', null],
        ['agent', null],
      ]);
    },
  );
});
