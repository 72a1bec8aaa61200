import { describe, expect, it } from 'vitest';
import { spanNamed } from '../../flows/recording.ts';
import { attachedCall, type AttachedOptions } from './attached-call.ts';
import { eouMetrics, llmMetrics, source, sttMetrics, ttsMetrics } from './metrics.ts';
import { answered, asked } from './scenes.ts';

const hints = { sttModel: 'deepgram/nova-3', llmModel: 'openai/gpt-4.1-mini', ttsModel: 'cartesia/sonic-2' };
const nameless = { metadata: undefined, label: undefined };

/** One turn of each side, whose metrics say that of their models. */
function conversation(options: AttachedOptions, more: object) {
  const call = attachedCall(options);
  const { session } = call;
  session.at(1_000).user('speaking');
  session.at(2_000).user('listening').final('Hello');
  session.at(2_010).measured(sttMetrics(1_000, more));
  const reply = session.speech('S1');
  session.said('user', 'Hello').agent('thinking', reply);
  session.at(2_200).measured(llmMetrics('S1', more));
  session.at(2_500).agent('speaking');
  session.at(2_600).measured(ttsMetrics('S1', more));
  session.at(3_000).said('assistant', 'Hi.').agent('listening');
  reply.finish();
  session.at(4_000).close();
  return call;
}

function modelsOf(options: AttachedOptions, more: object): readonly string[] {
  const trace = conversation(options, more).trace();
  return ['stt', 'llm', 'tts'].map((kind) => {
    const { provider, model } = spanNamed(trace, kind);
    return `${provider}/${model}`;
  });
}

describe('which model it was', () => {
  it('V133 is what the metrics say, in one spelling, before any hint', () => {
    const others = { sttModel: 'a/b', llmModel: 'c/d', ttsModel: 'e/f' };
    expect(modelsOf(others, {})).toEqual(['deepgram/nova-3', 'openai/gpt-4.1-mini', 'cartesia/sonic-2']);
    expect(modelsOf({}, { metadata: source('Vertex AI', 'gemini-2.5-flash') })).toEqual(
      Array(3).fill('google/gemini-2.5-flash'),
    );
  });

  it('V133 is the provider behind LiveKit’s own gateway', () => {
    const inference = modelsOf({}, { metadata: source('livekit', 'deepgram/nova-3') });
    expect(inference).toEqual(Array(3).fill('deepgram/nova-3'));
    expect(modelsOf({}, { metadata: source('livekit', 'a/b/c') })).toEqual(Array(3).fill('a/b/c'));
    expect(modelsOf({}, { metadata: source('livekit', 'own') })).toEqual(Array(3).fill('livekit/own'));
  });

  it('V14–V17 is the hint, split at its first slash, where the metrics do not say', () => {
    expect(modelsOf(hints, nameless)).toEqual(Object.values(hints));
    expect(modelsOf({ llmModel: 'acme/a/b' }, nameless)).toEqual(['null/null', 'acme/a/b', 'null/null']);
    expect(spanNamed(conversation({ llmModel: 'acme/a/b' }, nameless).trace(), 'llm')).toMatchObject({
      provider: 'acme',
      model: 'a/b',
    });
    expect(modelsOf({ llmModel: 'gpt-4.1-mini' }, nameless)[1]).toBe('null/gpt-4.1-mini');
  });

  it('V115, V133 is the hint where the metrics say "unknown"', () => {
    expect(modelsOf(hints, { metadata: source('unknown', 'unknown') })).toEqual(Object.values(hints));
    expect(modelsOf(hints, { metadata: {} })).toEqual(Object.values(hints));
  });

  it('C1 is the session’s own plugin where there is no hint either', () => {
    const plugins: AttachedOptions = {
      before: (session) => {
        session.stt = { provider: 'AssemblyAI', model: 'universal-streaming' };
        session.llm = { provider: 'api.openai.com', model: 'gpt-4.1-mini', label: () => 'openai.LLM' };
        session.tts = { provider: 'livekit', model: 'cartesia/sonic-2' };
      },
    };
    expect(modelsOf(plugins, nameless)).toEqual([
      'assemblyai/universal-streaming',
      'openai/gpt-4.1-mini',
      'cartesia/sonic-2',
    ]);
    expect(modelsOf({ ...plugins, ...hints }, nameless)).toEqual(Object.values(hints));
  });

  it('is at least the provider, by the label of the plugin', () => {
    expect(modelsOf({}, { metadata: undefined })).toEqual(['deepgram/null', 'openai/null', 'cartesia/null']);
  });

  it('V133, V134 is the provider that says so of itself, where it has one service and no name for it', () => {
    const metrics = { metadata: source('Azure STT', 'unknown'), label: 'azure.STT' };
    const stt = spanNamed(conversation({}, metrics).trace(), 'stt');
    expect(stt.provider).toBe('azure');
    expect(stt.costUsd).toBeCloseTo(1 / 3_600, 9);
  });

  it('V35, V133 is that of the recogniser, which says so after the end of the turn is told', () => {
    const { session, trace } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening').final('Hello').measured(eouMetrics('S1')).said('user', 'Hello');
    session.at(5_000).measured(sttMetrics(5_000)).close();
    expect(spanNamed(trace(), 'stt')).toMatchObject({ provider: 'deepgram', model: 'nova-3' });
    expect(trace().costUsd).toBeCloseTo(0.0004, 9);
  });
});

describe('what it cost', () => {
  it('V19, V35–V37, V134 is known for ears, head and mouth, by minutes, tokens and characters', () => {
    const { voice, unpriced } = conversation(hints, nameless).trace();
    expect(voice?.rollup.costUsd).toEqual({ stt: 0.00008, llm: 0.00006, tts: 0.002, other: 0, total: 0.00214 });
    expect(unpriced).toEqual([]);
  });

  it('V18, V115 is 0 for every turn without model names, and the record says what has no price', () => {
    const { spans, voice, unpriced, costUsd } = conversation({}, nameless).trace();
    const turns = spans.flatMap((span) => (span.voice !== null && 'role' in span.voice ? [span.voice.costUsd] : []));
    expect(turns).toEqual([0, 0]);
    expect(spans.filter(({ type }) => type === 'generation').map((stage) => stage.costUsd)).toEqual([null, null, null]);
    expect(voice?.rollup.costUsd.total).toBe(0);
    expect(unpriced).toEqual(['stt', 'llm', 'tts']);
    expect(costUsd).toBeNull();
  });

  it('V36 is that of each request of a turn, with what was cached', () => {
    const { session, trace } = attachedCall(hints);
    const reply = asked(session, { text: 'Hello', from: 1_000, until: 2_000, speechId: 'S1' });
    session
      .at(2_100)
      .measured(llmMetrics('S1', { promptTokens: 1_000_000, promptCachedTokens: 0, completionTokens: 0 }));
    session.at(2_200).measured(llmMetrics('S1', { promptTokens: 1_000_000, promptCachedTokens: 1_000_000 }));
    answered(session, reply, { text: 'Hi.', from: 2_500, until: 3_000 });
    session.at(4_000).close();
    const costs = trace().spans.flatMap(({ kind, costUsd }) => (kind === 'llm' ? [costUsd?.toFixed(6)] : []));
    expect(costs).toEqual(['0.400000', '0.100032', '0.000060']);
  });
});
