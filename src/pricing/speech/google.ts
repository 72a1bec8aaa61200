import type { SpeechProvider } from './speech-model.ts';

const hearing = {
  source: 'https://cloud.google.com/speech-to-text/pricing',
  checked: '2026-07-19',
  plan: 'pay as you go, the first 500,000 minutes of a month',
  note: 'Version 2 of the API.',
};
const speaking = {
  source: 'https://cloud.google.com/text-to-speech/pricing',
  checked: '2026-07-19',
  plan: 'pay as you go, after the characters that are free each month',
};

/** Google's speech services in the cloud. Its Gemini models, which also hear and speak, are in the package's table. */
export const google: SpeechProvider = {
  id: 'google',
  name: 'Google',
  api_pattern: 'https://(speech|texttospeech)\\.googleapis\\.com',
  models: [
    {
      id: 'chirp_3',
      match: { equals: 'chirp_3' },
      prices: { audio_hours: 0.96, input_mchars: 30 },
      source: 'https://cloud.google.com/speech-to-text/pricing',
      checked: '2026-07-19',
      plan: 'pay as you go',
      note: 'One name for a model that hears and for voices that speak (https://cloud.google.com/text-to-speech/pricing).',
    },
    {
      ...hearing,
      id: 'chirp_2',
      match: { or: [{ equals: 'chirp_2' }, { equals: 'chirp' }] },
      prices: { audio_hours: 0.96 },
    },
    {
      ...hearing,
      id: 'latest_long',
      match: { regex: '^(latest_long|latest_short|phone_call|command_and_search)$' },
      prices: { audio_hours: 0.96 },
    },
    {
      ...speaking,
      id: 'chirp3-hd',
      match: { regex: 'chirp-?3-?hd' },
      prices: { input_mchars: 30 },
    },
    {
      ...speaking,
      id: 'neural2',
      match: { regex: '^([a-z]{2,3}-[a-z]{2,4}-)?neural2' },
      prices: { input_mchars: 16 },
    },
    {
      ...speaking,
      id: 'wavenet',
      match: { regex: '^([a-z]{2,3}-[a-z]{2,4}-)?wavenet' },
      prices: { input_mchars: 4 },
    },
    {
      ...speaking,
      id: 'standard-voice',
      match: { regex: '^[a-z]{2,3}-[a-z]{2,4}-standard-' },
      prices: { input_mchars: 4 },
    },
    {
      ...speaking,
      id: 'standard',
      match: { equals: 'standard' },
      prices: { input_mchars: 4 },
      isCommonName: true,
    },
    {
      ...speaking,
      id: 'studio',
      match: { regex: '^[a-z]{2,3}-[a-z]{2,4}-studio-' },
      prices: { input_mchars: 160 },
    },
  ],
};
