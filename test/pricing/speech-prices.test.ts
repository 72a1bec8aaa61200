import type { TracerOptions } from 'clew';
import { assert, constantFrom, double, integer, property, record, option } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Prices, type Consumption } from '../../src/pricing/prices.ts';
import { providerName } from '../../src/pricing/provider-name.ts';
import { speechProviders } from '../../src/pricing/speech-prices.ts';
import { only, startRecording } from '../flows/recording.ts';

interface Stage {
  readonly model: string;
  readonly provider?: string;
  readonly usage: object;
  readonly costUsd?: number;
  readonly metadata?: object;
}

function costOf(stage: Stage, options?: TracerOptions): number | null {
  const { tracer, memory } = startRecording(options);
  tracer.generation('stage', stage).end();
  return only(memory.traces).costUsd;
}

const minute = { audioMs: 60_000 };
const hour = { audioMs: 3_600_000 };
const million = { characters: 1_000_000 };
const at = new Date('2026-11-21T12:00:00Z');

describe('what speech costs', () => {
  it.each<[string, Stage, number]>([
    ['a minute that Deepgram hears', { model: 'nova-3', provider: 'deepgram', usage: minute }, 0.0048],
    ['one that it hears in several languages', { model: 'nova-3:multi', provider: 'deepgram', usage: minute }, 0.0058],
    ['a variant of a model', { model: 'nova-3-general', provider: 'deepgram', usage: minute }, 0.0048],
    ['a thousand characters that Deepgram says', { model: 'aura-2-thalia-en', usage: { characters: 1_000 } }, 0.03],
    ['what an older voice says', { model: 'aura-asteria-en', usage: { characters: 1_000 } }, 0.015],
    ['three seconds and a half', { model: 'universal-streaming', usage: { audioMs: 3_500 } }, (0.15 * 3.5) / 3_600],
    [
      'ElevenLabs’ fast voice',
      { model: 'eleven_flash_v2_5', provider: 'elevenlabs', usage: { characters: 250 } },
      0.01,
    ],
    ['Cartesia’s voice', { model: 'sonic-3', provider: 'cartesia', usage: { characters: 200 } }, 0.01],
    ['Cartesia’s ear', { model: 'ink-whisper', provider: 'cartesia', usage: hour }, 0.18],
    ['OpenAI’s voice', { model: 'tts-1-hd', provider: 'openai', usage: million }, 30],
    ['a voice of Google’s', { model: 'en-US-Neural2-F', provider: 'google', usage: million }, 16],
    ['a voice of Azure’s', { model: 'en-US-JennyNeural', provider: 'azure', usage: million }, 15],
    [
      'a voice that another provider has too, by its provider',
      { model: 'neural', provider: 'aws', usage: million },
      16,
    ],
    [
      'what only the package’s table prices by the hour',
      { model: 'whisper-1', provider: 'openai', usage: minute },
      0.006,
    ],
    [
      'ten seconds for one, where that is how it is billed',
      { model: 'whisper-large-v3-turbo', provider: 'groq', usage: { audioMs: 1_000 } },
      (0.04 * 10) / 3_600,
    ],
    ['what changes in time', { model: 'grok-voice-latest', provider: 'xai', usage: hour }, 4.8],
    ['nothing where nothing was heard', { model: 'nova-3', provider: 'deepgram', usage: { audioMs: 0 } }, 0],
    ['nothing on one’s own machine', { model: 'whisper', provider: 'ollama', usage: minute }, 0],
    ['what is told by hand', { model: 'nova-3', provider: 'deepgram', usage: minute, costUsd: 7 }, 7],
  ])('%s', (_, stage, expected) => {
    expect(costOf(stage)).toBeCloseTo(expected, 12);
  });

  it.each<[string, Stage, number]>([
    ['Deepgram', { model: 'nova-3', provider: 'Deepgram', usage: minute }, 0.0048],
    ['AssemblyAI', { model: 'universal-streaming', provider: 'AssemblyAI', usage: hour }, 0.15],
    ['ElevenLabs', { model: 'eleven_turbo_v2_5', provider: 'ElevenLabs', usage: million }, 40],
    ['Azure STT, which does not name its model', { model: 'unknown', provider: 'Azure STT', usage: hour }, 1],
    [
      'Azure TTS, which does not name its model',
      { model: 'unknown', provider: 'Azure TTS', usage: { ...million, ...hour } },
      15,
    ],
    ['a host', { model: 'tts-1', provider: 'api.openai.com', usage: million }, 15],
    ['another host', { model: 'voxtral-mini-latest', provider: 'api.mistral.ai', usage: hour }, 0.18],
    ['capitals', { model: 'NOVA-3', provider: 'DEEPGRAM', usage: minute }, 0.0048],
    ['LiveKit Inference', { model: 'cartesia/sonic-3', provider: 'livekit', usage: million }, 50],
    [
      'LiveKit Inference with a voice',
      { model: 'inworld/inworld-tts-2:Ashley', provider: 'livekit', usage: million },
      25,
    ],
    ['a model with its provider before it', { model: 'deepgram/nova-3', usage: minute }, 0.0048],
    ['a model alone', { model: 'scribe_v2_realtime', usage: hour }, 0.39],
    ['a gateway', { model: 'nova-3', provider: 'our-gateway', usage: minute }, 0.0048],
  ])('is found by the name that comes from %s', (_, stage, expected) => {
    expect(costOf(stage)).toBeCloseTo(expected, 12);
  });

  it.each<[string, Stage]>([
    ['a model that nobody prices', { model: 'our-own-ear', provider: 'deepgram', usage: minute }],
    ['a model of another provider', { model: 'sonic-3', provider: 'Deepgram', usage: million }],
    ['a name that means a model only with its provider', { model: 'neural', usage: million }],
    ['characters where audio is paid', { model: 'nova-3', provider: 'deepgram', usage: million }],
    ['audio where characters are paid', { model: 'sonic-3', provider: 'cartesia', usage: hour }],
    ['audio of a model that is paid by the token', { model: 'gpt-4.1-mini', provider: 'openai', usage: hour }],
    [
      'tokens of a model that is paid by the hour',
      { model: 'whisper-1', provider: 'openai', usage: { inputTokens: 9 } },
    ],
    ['a batch', { model: 'tts-1', provider: 'openai', usage: million, metadata: { service_tier: 'batch' } }],
    [
      'a tier of its own',
      { model: 'tts-1', provider: 'openai', usage: million, metadata: { service_tier: 'priority' } },
    ],
  ])('is not known for %s, and the trace names it', (_, stage) => {
    const { tracer, memory } = startRecording();
    tracer.generation('stage', stage).end();
    expect(only(memory.traces)).toMatchObject({ costUsd: null, unpriced: [stage.model] });
  });

  it('is paid once, whatever else is told: by the characters, by the audio or by the tokens', () => {
    const usage = { ...million, ...hour, inputTokens: 0, outputTokens: 0 };
    expect(costOf({ model: 'sonic-3', provider: 'Cartesia', usage })).toBeCloseTo(50, 9);
    expect(costOf({ model: 'nova-3', provider: 'Deepgram', usage })).toBeCloseTo(0.288, 9);
    const tokens = { inputTokens: 1_000_000, outputTokens: 100_000 };
    expect(costOf({ model: 'gpt-4o-mini-tts', provider: 'openai', usage: { ...usage, ...tokens } })).toBeCloseTo(
      1.8,
      9,
    );
    expect(costOf({ model: 'gpt-4o-mini-tts', provider: 'openai', usage })).toBeCloseTo(0.9, 9);
  });

  it('takes the output of a voice for audio, at the price of its output', () => {
    const usage = { inputTokens: 1_000, outputTokens: 100_000, outputAudioTokens: 100_000 };
    expect(costOf({ model: 'gemini-2.5-flash-preview-tts', provider: 'google', usage })).toBeCloseTo(1.0005, 9);
  });

  it('is nothing with prices: false', () => {
    expect(costOf({ model: 'nova-3', provider: 'deepgram', usage: minute }, { prices: false })).toBeNull();
  });
});

describe('the user’s own prices of speech', () => {
  it('win over the tables, by model or by provider and model', () => {
    const prices = {
      'nova-3': { audio_hours: 0.6 },
      'Deepgram/Aura-2': { input_mchars: 27 },
      'our-voice': { input_mchars: 1 },
    };
    expect(costOf({ model: 'nova-3', provider: 'deepgram', usage: hour }, { prices })).toBeCloseTo(0.6, 9);
    expect(costOf({ model: 'aura-2', provider: 'api.deepgram.com', usage: million }, { prices })).toBeCloseTo(27, 9);
    expect(costOf({ model: 'aura-2', provider: 'our-gateway', usage: million }, { prices })).toBeCloseTo(30, 9);
    expect(costOf({ model: 'our-voice', usage: million }, { prices })).toBeCloseTo(1, 9);
  });

  it('may tell audio by its direction', () => {
    const prices = { ear: { input_audio_hours: 0.3 }, voice: { output_audio_hours: 3 } };
    expect(costOf({ model: 'ear', usage: hour }, { prices })).toBeCloseTo(0.3, 9);
    expect(costOf({ model: 'voice', usage: { ...hour, ...million } }, { prices })).toBeCloseTo(3, 9);
  });

  it('say by which kind a model is paid, and leave the rest without a price', () => {
    const prices = { 'sonic-3': { audio_hours: 2 }, 'gpt-4o-transcribe': { input_mtok: 1, output_mtok: 1 } };
    expect(costOf({ model: 'sonic-3', provider: 'cartesia', usage: { ...hour, ...million } }, { prices })).toBeCloseTo(
      2,
      9,
    );
    expect(costOf({ model: 'gpt-4o-transcribe', provider: 'openai', usage: hour }, { prices })).toBeNull();
  });

  it('count what a request costs, whatever was said in it', () => {
    const prices = { ear: { requests_kcount: 5, audio_hours: 1 } };
    expect(costOf({ model: 'ear', usage: minute }, { prices })).toBeCloseTo(0.005 + 1 / 60, 9);
  });
});

describe('what realtime models cost', () => {
  const prices = new Prices();
  const service = { model: 'gpt-realtime', provider: 'api.openai.com' };
  const usage = { inputTokens: 1_000_000, inputAudioTokens: 600_000, outputTokens: 50_000, outputAudioTokens: 40_000 };
  const output = 0.01 * 16 + 0.04 * 64;

  it('counts audio and text apart, and ignores how long it was', () => {
    expect(prices.costOf({ ...usage, ...hour }, service, at)).toBeCloseTo(0.4 * 4 + 0.6 * 32 + output, 9);
  });

  it('counts cached tokens once, as text or as audio', () => {
    const cached = { ...usage, cacheReadTokens: 500_000, cacheReadAudioTokens: 400_000 };
    expect(prices.costOf(cached, service, at)).toBeCloseTo(0.3 * 4 + 0.2 * 32 + 0.5 * 0.4 + output, 9);
    const allAudio = { inputTokens: 1_000_000, inputAudioTokens: 1_000_000, cacheReadTokens: 250_000 };
    expect(prices.costOf(allAudio, service, at)).toBeCloseTo(0.75 * 32 + 0.25 * 0.4, 9);
  });

  it('is not known where what was cached may be text or audio', () => {
    expect(prices.costOf({ ...usage, cacheReadTokens: 500_000 }, service, at)).toBeNull();
  });

  it('makes the best of more cached audio than there was', () => {
    const cached = { ...usage, cacheReadTokens: 500_000, cacheReadAudioTokens: 9_000_000 };
    expect(prices.costOf(cached, service, at)).toBeCloseTo(0.4 * 4 + 0.1 * 32 + 0.5 * 0.4 + output, 9);
  });
});

it('counts the fee for each request beside its tokens', () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 0 };
  expect(costOf({ model: 'sonar', provider: 'Perplexity', usage })).toBeCloseTo(1 + 0.012, 9);
});

const rows = speechProviders.flatMap((provider) =>
  provider.models.map((model) => ({ provider: provider.id, ...model })),
);

/** What a model is called whose row is not called as it is. */
const calledOtherwise: Readonly<Record<string, string>> = {
  'neural-voice': 'en-US-AvaMultilingualNeural',
  dragonhd: 'en-US-Ava:DragonHDLatestNeural',
  'chirp3-hd': 'en-US-Chirp3-HD-Charon',
  'standard-voice': 'en-US-Standard-A',
  studio: 'en-US-Studio-O',
  'stt-rt': 'stt-rt-v5',
  'stt-async': 'stt-async-v5',
  'orpheus-v1-english': 'canopylabs/orpheus-v1-english',
  'orpheus-arabic-saudi': 'canopylabs/orpheus-arabic-saudi',
};

describe('the table of speech', () => {
  it.each(rows)('has a price, a source, a date and a plan for $provider $id', ({ prices, source, checked, plan }) => {
    expect(Object.keys(prices)).not.toEqual([]);
    for (const [kind, price] of Object.entries(prices)) {
      expect(['audio_hours', 'input_mchars']).toContain(kind);
      expect(price).toBeGreaterThan(0);
    }
    expect(new URL(source).protocol).toBe('https:');
    expect(new Date(checked).toISOString().slice(0, 10)).toBe(checked);
    expect(plan).not.toBe('');
  });

  it.each(rows)('prices $provider $id, which no row above it takes for its own', ({ provider, id, prices }) => {
    const model = calledOtherwise[id] ?? id;
    const expected = 'input_mchars' in prices ? prices['input_mchars'] : Reflect.get(prices, 'audio_hours');
    expect(new Prices().costOf({ ...hour, ...million }, { model, provider }, at)).toBeCloseTo(Number(expected), 9);
  });

  it('names no provider twice', () => {
    const ids = speechProviders.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('leaves to the package’s table what that prices by the hour', async () => {
    const { calcPrice } = await import('@pydantic/genai-prices');
    const twice = rows.filter(({ provider, id }) => {
      const price = calcPrice({}, id, { providerId: provider });
      return price !== null && ('audio_hours' in price.model_price || 'input_mchars' in price.model_price);
    });
    expect(twice.map(({ id }) => id)).toEqual([]);
  });
});

describe('a provider’s name', () => {
  it.each([
    ['Deepgram', 'deepgram'],
    [' AssemblyAI ', 'assemblyai'],
    ['api.openai.com', 'openai'],
    ['https://api.elevenlabs.io/v1', 'elevenlabs'],
    ['api.groq', 'groq'],
    ['westeurope.stt.speech.microsoft.com', 'azure'],
    ['our-resource.openai.azure.com', 'azure'],
    ['texttospeech.googleapis.com', 'google'],
    ['polly.us-east-1.amazonaws.com', 'aws'],
    ['api.x.ai', 'x-ai'],
    ['xAI', 'x-ai'],
    ['x_ai', 'x-ai'],
    ['Azure STT', 'azure'],
    ['azure.ai.openai', 'azure'],
    ['Vertex AI', 'google'],
    ['Gemini', 'google'],
    ['gcp.vertex_ai', 'google'],
    ['openai.responses', 'openai'],
    ['Rime', 'rime'],
    ['our gateway, v2.1', 'our gateway, v2.1'],
    ['', ''],
  ])('%s is %s', (text, name) => {
    expect(providerName(text)).toBe(name);
  });
});

describe('any consumption', () => {
  const count = option(integer({ min: 0, max: 1_000_000_000 }), { nil: undefined });
  const amounts = record({
    inputTokens: count,
    outputTokens: count,
    cacheReadTokens: count,
    inputAudioTokens: count,
    outputAudioTokens: count,
    audioMs: option(double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
    characters: count,
  });
  const service = record({
    model: constantFrom(
      'nova-3',
      'sonic-3',
      'unknown',
      'gpt-realtime',
      'gpt-4o-transcribe',
      'whisper-1',
      'sonar',
      'no',
      'a/b:c',
    ),
    provider: constantFrom('Deepgram', 'livekit', 'Azure STT', 'api.openai.com', 'cartesia', 'perplexity', '', null),
  });
  const told = (given: object): Consumption =>
    Object.fromEntries(Object.entries(given).filter(([, amount]) => amount !== undefined));
  const prices = new Prices();

  it('costs an amount of dollars or null, never less than nothing', () => {
    assert(
      property(amounts, service, (given, by) => {
        const cost = prices.costOf(told(given), by, at);
        expect(cost === null || (Number.isFinite(cost) && cost >= 0)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('costs null where its amounts are none', () => {
    const none = constantFrom(Number.NaN, -1, Infinity);
    assert(
      property(none, service, (amount, by) => {
        expect(prices.costOf({ audioMs: amount, characters: amount }, by, at)).toBeNull();
      }),
    );
  });

  it('costs twice as much for twice as much speech', () => {
    const row = constantFrom(...rows);
    assert(
      property(row, integer({ min: 0, max: 1_000_000 }), ({ provider, id }, amount) => {
        const by = { model: calledOtherwise[id] ?? id, provider };
        const once = prices.costOf({ audioMs: amount, characters: amount }, by, at) ?? Number.NaN;
        const twice = prices.costOf({ audioMs: 2 * amount, characters: 2 * amount }, by, at) ?? Number.NaN;
        expect(twice).toBeCloseTo(2 * once, 9);
      }),
    );
  });
});
