import type { SpeechProvider } from './speech-model.ts';

const streaming = { source: 'https://deepgram.com/pricing', plan: 'pay as you go, streaming, one channel' };
const speaking = { source: 'https://deepgram.com/pricing', plan: 'pay as you go' };

export const deepgram: SpeechProvider = {
  id: 'deepgram',
  name: 'Deepgram',
  api_pattern: 'https://api\\.deepgram\\.com',
  models: [
    {
      ...streaming,
      id: 'nova-3-multilingual',
      match: { regex: '^nova-3.*multi' },
      prices: { audio_hours: 0.348 },
      checked: '2026-08-01',
    },
    {
      ...streaming,
      id: 'nova-3',
      match: { starts_with: 'nova-3' },
      prices: { audio_hours: 0.288 },
      checked: '2026-08-01',
      note: 'In one language; where several are heard under this name, the multilingual price applies. nova-3-medical has no price of its own on the page.',
    },
    {
      ...streaming,
      id: 'flux-general-multi',
      match: { regex: '^flux.*multi' },
      prices: { audio_hours: 0.468 },
      checked: '2026-11-04',
    },
    {
      ...streaming,
      id: 'flux-general-en',
      match: { or: [{ equals: 'flux' }, { starts_with: 'flux-general' }] },
      prices: { audio_hours: 0.39 },
      checked: '2026-08-01',
    },
    {
      ...speaking,
      id: 'aura-2',
      match: { starts_with: 'aura-2' },
      prices: { input_mchars: 30 },
      checked: '2026-07-19',
    },
    {
      ...speaking,
      id: 'aura-1',
      match: { or: [{ equals: 'aura' }, { starts_with: 'aura-' }] },
      prices: { input_mchars: 15 },
      checked: '2026-07-19',
    },
  ],
};
