import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SpanRecord } from 'clew';
import { agentTurn, stage, VoiceClient } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording } from '../flows/recording.ts';

/** What a decorated method gives, whatever that is. */
class Steps {
  readonly #gives: (given: unknown) => unknown;

  constructor(gives: (given: unknown) => unknown) {
    this.#gives = gives;
  }

  @stage('stt')
  stt(given: unknown): unknown {
    return this.#gives(given);
  }

  @stage('llm', { provider: 'openai' })
  llm(given: unknown): unknown {
    return this.#gives(given);
  }

  @stage('tts')
  tts(given: unknown): unknown {
    return this.#gives(given);
  }

  @stage('vad')
  vad(given: unknown): unknown {
    return this.#gives(given);
  }

  @stage('nlu')
  nlu(given: unknown): unknown {
    return this.#gives(given);
  }

  @stage('dialogue_management')
  dialogue_management(given: unknown): unknown {
    return this.#gives(given);
  }

  @stage('api_call')
  api_call(given: unknown): unknown {
    return this.#gives(given);
  }
}

type Kind = Exclude<keyof Steps, symbol>;

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** The record of a stage that gives `gives`, read to its end. */
async function run(kind: Kind, gives: unknown, given: unknown = 'given'): Promise<SpanRecord> {
  const { tracer, memory } = startRecording();
  const session = new VoiceClient({ tracer }).startSession({ agentId: 'a' });
  const isPassedOn = await session.agentTurn(async () => {
    const result = await new Steps(() => gives)[kind](given);
    if (isAsyncIterable(result)) for await (const _part of result) await nextTurn();
    return result === (await gives);
  });
  expect(isPassedOn).toBe(true);
  await session.end();
  return spanNamed(only(memory.traces), kind);
}

function payloadOf({ voice }: SpanRecord): unknown {
  return voice !== null && 'payload' in voice ? voice.payload : undefined;
}

async function* stream(...parts: readonly unknown[]): AsyncGenerator<unknown> {
  for (const part of parts) {
    await nextTurn();
    yield part;
  }
}

describe('the payload of a decorated stage', () => {
  it.each<[Kind, unknown, object]>([
    ['stt', 'hello', { final_transcript: 'hello' }],
    [
      'stt',
      { text: 'hello', confidence: 0.9, language: 'en', audioDurationMs: 500 },
      { final_transcript: 'hello', final_confidence: 0.9, language: 'en', audio_duration_ms: 500 },
    ],
    ['stt', { transcript: 'hello', language_code: 'de' }, { final_transcript: 'hello', language: 'de' }],
    [
      'stt',
      { finalTranscript: 'right', text: 'wrong', finalConfidence: Number.NaN },
      { final_transcript: 'right', final_confidence: undefined },
    ],
    ['llm', 'hi', { completion: 'hi' }],
    ['llm', { content: 'hi', promptTokens: 5 }, { completion: 'hi', prompt_tokens: 5 }],
    ['llm', { completion: 'hi', tokens_per_second: 72.5 }, { completion: 'hi', tokens_per_second: 72.5 }],
    ['tts', new Uint8Array(480), { text_input: 'given', audio_bytes: 480 }],
    ['tts', new ArrayBuffer(96), { audio_bytes: 96 }],
    [
      'tts',
      { data: new Int16Array(24_000), sampleRate: 24_000, channels: 1 },
      { audio_bytes: 48_000, audio_duration_ms: 1_000 },
    ],
    ['tts', { audioDurationMs: 1_900, voice: 'cartesia-en' }, { audio_duration_ms: 1_900, voice_id: 'cartesia-en' }],
    ['vad', { probability: 0.8, speechDurationMs: 300 }, { probability: 0.8, speech_duration_ms: 300 }],
    ['nlu', { intent: 'refund', confidence: 0.7, entities: { id: 7 } }, { intent: 'refund', entities: { id: 7 } }],
    ['dialogue_management', { state: 'open', action: 'ask', slots: {} }, { state: 'open', action: 'ask', slots: {} }],
    ['api_call', { statusCode: 200, url: '/orders', other: 1 }, { status_code: 200, url: '/orders' }],
    ['api_call', undefined, {}],
  ])('of %s is read out of what its method gives: %j', async (kind, gives, payload) => {
    const expected: object = JSON.parse(JSON.stringify(payload));
    expect(payloadOf(await run(kind, gives))).toMatchObject(expected);
    expect(payloadOf(await run(kind, Promise.resolve(gives)))).toMatchObject(expected);
  });

  it('has nothing of what is in none of its fields', async () => {
    expect(payloadOf(await run('nlu', { score: 1, unrelated: 'x' }))).toEqual({});
    expect(payloadOf(await run('api_call', 'ok'))).toEqual({});
    expect(payloadOf(await run('vad', [1, 2]))).toEqual({});
  });

  it('tells of a stream of text what it comes to, and when the first of it came', async () => {
    const span = await run('llm', stream('Let me ', 'help.'));
    expect(span.ttftMs).toBeGreaterThanOrEqual(0);
    expect(span.output).toBe('Let me help.');
    expect(payloadOf(span)).toEqual({ completion: 'Let me help.', ttft_ms: span.ttftMs });
  });

  it('tells of a stream of speech how much it was, and when its first byte came', async () => {
    const frame = { data: new Int16Array(480), sampleRate: 24_000, channels: 1 };
    const span = await run('tts', stream(frame, frame, frame), 'For what time?');
    expect(span).toMatchObject({ usage: { characters: 14, audioMs: 60 }, output: null });
    expect(span.ttftMs).not.toBeNull();
    expect(payloadOf(span)).toEqual({
      text_input: 'For what time?',
      audio_bytes: 2_880,
      audio_duration_ms: 60,
      ttfb_ms: span.ttftMs,
    });
  });

  it('tells of a recogniser that yields as it hears the last that it heard', async () => {
    const span = await run('stt', stream({ text: 'I can' }, { text: "I can't log in", confidence: 0.97 }));
    expect(payloadOf(span)).toMatchObject({ final_transcript: "I can't log in", final_confidence: 0.97 });
  });

  it('tells of a recogniser how long it took, unless it tells so itself', async () => {
    const span = await run('stt', stream('hello'));
    const ms = Number(Reflect.get(Object(payloadOf(span)), 'request_duration_ms'));
    expect(ms).toBeCloseTo(span.durationMs ?? Number.NaN, 2);
    expect(ms).toBe(Math.round(ms * 1_000) / 1_000);
    expect(payloadOf(await run('stt', { text: 'hello', requestDurationMs: 180 }))).toMatchObject({
      request_duration_ms: 180,
    });
  });

  it('has the tokens of a provider’s answer, also under its own names', async () => {
    const answer = {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'gpt-4.1-mini-2025-04-14',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Let me help.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 420, completion_tokens: 80, total_tokens: 500 },
    };
    const span = await run('llm', answer);
    expect(span).toMatchObject({
      model: 'gpt-4.1-mini-2025-04-14',
      responseId: 'chatcmpl-1',
      usage: { inputTokens: 420, outputTokens: 80, totalTokens: 500 },
      output: answer,
    });
    expect(payloadOf(span)).toMatchObject({ prompt_tokens: 420, completion_tokens: 80 });
  });

  it('has them of a streamed answer too', async () => {
    const chunk = (content: string): object => ({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      model: 'gpt-4.1-mini',
      choices: [{ index: 0, delta: { content } }],
    });
    const usage = { prompt_tokens: 420, completion_tokens: 80, total_tokens: 500 };
    const last = { ...chunk(''), choices: [], usage };
    const span = await run('llm', stream(chunk('Let me '), chunk('help.'), last));
    expect(span.usage).toMatchObject({ inputTokens: 420, outputTokens: 80 });
    expect(payloadOf(span)).toMatchObject({ prompt_tokens: 420, completion_tokens: 80, ttft_ms: span.ttftMs });
  });

  it('is what can be read of it', async () => {
    const hostile = Object.defineProperty({ intent: 'refund' }, 'language', {
      enumerable: true,
      get: () => {
        throw new Error('no language');
      },
    });
    expect(payloadOf(await run('nlu', hostile))).toMatchObject({ intent: 'refund' });
    const locked = new Proxy(
      { intent: 'refund' },
      {
        ownKeys: () => {
          throw new Error('no keys');
        },
      },
    );
    const span = await run('nlu', locked);
    expect([span.outcome, payloadOf(span)]).toEqual(['ok', {}]);
  });

  it('is bounded, however much is yielded', async () => {
    const text = 'ten bytes '.repeat(1_000);
    const span = await run('llm', stream(...Array.from({ length: 20 }, () => text)));
    expect(span.text().length).toBeLessThan(200_000);
  });

  it('gives the turn its time to first audio by the first byte', async () => {
    const { tracer, memory } = startRecording();
    class Agent {
      @agentTurn
      async answer(): Promise<void> {
        for await (const _bytes of this.speak('hello')) await nextTurn();
      }

      @stage('tts')
      async *speak(_text: string): AsyncGenerator<Uint8Array> {
        await nextTurn();
        yield new Uint8Array(48);
      }
    }
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'a' });
    const user = session.userTurn();
    user.end();
    await session.run(() => new Agent().answer());
    await session.end();
    const trace = only(memory.traces);
    const [tts, heard] = [spanNamed(trace, 'tts'), spanNamed(trace, 'user_turn').endedAt ?? Number.NaN];
    const ttfa = trace.voice?.rollup.ttfaMs.p50 ?? Number.NaN;
    expect(ttfa).toBeCloseTo(tts.startedAt + (tts.ttftMs ?? Number.NaN) - heard, 2);
  });
});
