import type { SpeechProvider } from './speech-model.ts';

const hearing = {
  source: 'https://azure.microsoft.com/en-us/pricing/details/speech/',
  checked: '2026-07-19',
  plan: 'S0, pay as you go, real-time',
};
const speaking = {
  source: 'https://azure.microsoft.com/en-us/pricing/details/cognitive-services/speech-services/',
  checked: '2026-07-19',
  plan: 'S0, pay as you go',
  note: 'By https://prices.azure.com/api/retail/prices.',
};

export const azure: SpeechProvider = {
  id: 'azure',
  name: 'Azure Speech',
  api_pattern: 'https://[\\w-]+\\.(stt|tts)\\.speech\\.microsoft\\.com',
  models: [
    {
      id: 'unknown',
      match: { or: [{ equals: 'unknown' }, { equals: 'default' }] },
      prices: { audio_hours: 1, input_mchars: 15 },
      source: 'https://azure.microsoft.com/en-us/pricing/details/speech/',
      checked: '2026-07-19',
      plan: 'S0, pay as you go, real-time and neural voices',
      note: 'What the service costs unless one asks for a model of one’s own; LiveKit’s plugin calls it unknown.',
      isCommonName: true,
    },
    { ...hearing, id: 'azure-speech', match: { regex: '^azure-speech(-realtime)?$' }, prices: { audio_hours: 1 } },
    { ...speaking, id: 'dragonhd', match: { contains: 'dragonhd' }, prices: { input_mchars: 22 } },
    {
      ...speaking,
      id: 'neural-voice',
      match: { regex: '^[a-z]{2,3}-.+neural$' },
      prices: { input_mchars: 15 },
    },
    { ...speaking, id: 'neural', match: { equals: 'neural' }, prices: { input_mchars: 15 }, isCommonName: true },
  ],
};
