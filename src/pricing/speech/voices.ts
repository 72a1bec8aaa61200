import type { SpeechProvider } from './speech-model.ts';

const polly = { source: 'https://aws.amazon.com/polly/pricing/', checked: '2026-10-07', plan: 'pay as you go' };
const orpheus = { source: 'https://groq.com/pricing/', checked: '2026-07-19', plan: 'pay as you go' };
const onDemand = { source: 'https://inworld.ai/pricing', checked: '2026-07-19', plan: 'On-Demand' };
const lightning = { source: 'https://smallest.ai/pricing/models', checked: '2026-07-19', plan: 'pay as you go' };

export const aws: SpeechProvider = {
  id: 'aws',
  name: 'Amazon Polly',
  api_pattern: 'https://polly\\.[\\w-]+\\.amazonaws\\.com',
  models: [
    { ...polly, id: 'standard', match: { equals: 'standard' }, prices: { input_mchars: 4 }, isCommonName: true },
    { ...polly, id: 'neural', match: { equals: 'neural' }, prices: { input_mchars: 16 }, isCommonName: true },
    { ...polly, id: 'long-form', match: { equals: 'long-form' }, prices: { input_mchars: 100 }, isCommonName: true },
    { ...polly, id: 'generative', match: { equals: 'generative' }, prices: { input_mchars: 30 }, isCommonName: true },
  ],
};

/** The voices that Groq serves; its Whisper models are in the package's table. */
export const groq: SpeechProvider = {
  id: 'groq',
  name: 'Groq',
  api_pattern: 'https://api\\.groq\\.com',
  models: [
    { ...orpheus, id: 'orpheus-v1-english', match: { ends_with: 'orpheus-v1-english' }, prices: { input_mchars: 22 } },
    {
      ...orpheus,
      id: 'orpheus-arabic-saudi',
      match: { ends_with: 'orpheus-arabic-saudi' },
      prices: { input_mchars: 40 },
    },
  ],
};

export const inworld: SpeechProvider = {
  id: 'inworld',
  name: 'Inworld',
  api_pattern: 'https://api\\.inworld\\.ai',
  models: [
    { ...onDemand, id: 'inworld-tts-2', match: { equals: 'inworld-tts-2' }, prices: { input_mchars: 25 } },
    {
      ...onDemand,
      id: 'inworld-tts-1.5-max',
      match: { or: [{ equals: 'inworld-tts-1.5-max' }, { equals: 'inworld-tts-1-max' }] },
      prices: { input_mchars: 35 },
      note: 'Inworld serves inworld-tts-1-max with it since June 2026.',
    },
    {
      ...onDemand,
      id: 'inworld-tts-1.5-mini',
      match: { or: [{ equals: 'inworld-tts-1.5-mini' }, { equals: 'inworld-tts-1' }] },
      prices: { input_mchars: 15 },
      note: 'Inworld serves inworld-tts-1 with it since June 2026.',
    },
  ],
};

export const rime: SpeechProvider = {
  id: 'rime',
  name: 'Rime',
  api_pattern: 'https://users\\.rime\\.ai',
  models: [
    {
      id: 'coda',
      match: { equals: 'coda' },
      prices: { input_mchars: 50 },
      source: 'https://rime.ai/pricing',
      checked: '2026-07-19',
      plan: 'Starter',
      isCommonName: true,
    },
  ],
};

export const lmnt: SpeechProvider = {
  id: 'lmnt',
  name: 'LMNT',
  api_pattern: 'https://api\\.lmnt\\.com',
  models: [
    {
      id: 'blizzard',
      match: { equals: 'blizzard' },
      prices: { input_mchars: 50 },
      source: 'https://www.lmnt.com/pricing',
      checked: '2026-07-19',
      plan: 'Indie, beyond the characters that it includes',
      isCommonName: true,
    },
  ],
};

export const smallest: SpeechProvider = {
  id: 'smallest',
  name: 'Smallest',
  api_pattern: 'https://[\\w-]+\\.smallest\\.ai',
  models: [
    {
      ...lightning,
      id: 'lightning_v3.1_pro',
      match: { regex: '^lightning[_-]v3\\.1[_-]pro$' },
      prices: { input_mchars: 19.5 },
    },
    { ...lightning, id: 'lightning_v3.1', match: { regex: '^lightning[_-]v3\\.1$' }, prices: { input_mchars: 17.5 } },
  ],
};
