import type { SpeechProvider } from './speech-model.ts';

const pricing = 'https://developers.openai.com/api/docs/pricing';
const list = { plan: 'pay as you go' };
/** Billed by the token, which the package's table prices; this is for who knows how long it was, and no tokens. */
const estimated = { plan: 'pay as you go', note: 'OpenAI’s own estimate of what the tokens come to.' };

/** What the package's table lacks: whisper-1, gpt-transcribe and the realtime models are there. */
export const openai: SpeechProvider = {
  id: 'openai',
  name: 'OpenAI',
  api_pattern: 'https://api\\.openai\\.com',
  models: [
    {
      ...list,
      id: 'tts-1-hd',
      match: { starts_with: 'tts-1-hd' },
      prices: { input_mchars: 30 },
      source: 'https://developers.openai.com/api/docs/models/tts-1-hd',
      checked: '2026-07-19',
    },
    {
      ...list,
      id: 'tts-1',
      match: { starts_with: 'tts-1' },
      prices: { input_mchars: 15 },
      source: 'https://developers.openai.com/api/docs/models/tts-1',
      checked: '2026-07-19',
    },
    {
      ...list,
      id: 'gpt-realtime-whisper',
      match: { starts_with: 'gpt-realtime-whisper' },
      prices: { audio_hours: 1.02 },
      source: pricing,
      checked: '2026-07-19',
    },
    {
      ...list,
      id: 'gpt-live-transcribe',
      match: { starts_with: 'gpt-live-transcribe' },
      prices: { audio_hours: 1.02 },
      source: pricing,
      checked: '2026-08-01',
    },
    {
      ...estimated,
      id: 'gpt-4o-mini-transcribe',
      match: { starts_with: 'gpt-4o-mini-transcribe' },
      prices: { audio_hours: 0.18 },
      source: pricing,
      checked: '2026-08-01',
    },
    {
      ...estimated,
      id: 'gpt-4o-transcribe',
      match: { starts_with: 'gpt-4o-transcribe' },
      prices: { audio_hours: 0.36 },
      source: pricing,
      checked: '2026-08-01',
    },
    {
      ...estimated,
      id: 'gpt-4o-mini-tts',
      match: { starts_with: 'gpt-4o-mini-tts' },
      prices: { audio_hours: 0.9 },
      source: 'https://developers.openai.com/api/docs/models/gpt-4o-mini-tts',
      checked: '2026-07-19',
    },
  ],
};
