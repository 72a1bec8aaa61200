import type { SpeechProvider } from './speech-model.ts';

export const soniox: SpeechProvider = {
  id: 'soniox',
  name: 'Soniox',
  api_pattern: 'https://(stt-rt|api)\\.soniox\\.com',
  models: [
    {
      id: 'stt-rt',
      match: { starts_with: 'stt-rt-' },
      prices: { audio_hours: 0.12 },
      source: 'https://soniox.com/pricing',
      checked: '2026-08-01',
      plan: 'pay as you go, real-time',
    },
    {
      id: 'stt-async',
      match: { starts_with: 'stt-async-' },
      prices: { audio_hours: 0.1 },
      source: 'https://soniox.com/pricing',
      checked: '2026-08-01',
      plan: 'pay as you go, pre-recorded',
    },
  ],
};

export const gladia: SpeechProvider = {
  id: 'gladia',
  name: 'Gladia',
  api_pattern: 'https://api\\.gladia\\.io',
  models: [
    {
      id: 'solaria-1',
      match: { equals: 'solaria-1' },
      prices: { audio_hours: 0.75 },
      source: 'https://www.gladia.io/pricing',
      checked: '2026-08-01',
      plan: 'Starter, real-time',
    },
  ],
};

export const speechmatics: SpeechProvider = {
  id: 'speechmatics',
  name: 'Speechmatics',
  api_pattern: 'https://[\\w.-]+\\.speechmatics\\.com',
  models: [
    {
      id: 'melia-1',
      match: { equals: 'melia-1' },
      prices: { audio_hours: 0.129 },
      source: 'https://www.speechmatics.com/pricing',
      checked: '2026-08-01',
      plan: 'Pro, pre-recorded',
    },
  ],
};
