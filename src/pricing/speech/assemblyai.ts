import type { SpeechProvider } from './speech-model.ts';

const source = 'https://www.assemblyai.com/pricing';
const streaming = { source, plan: 'pay as you go, streaming', note: 'Billed for as long as the connection is open.' };
const recorded = { source, plan: 'pay as you go, pre-recorded' };

export const assemblyai: SpeechProvider = {
  id: 'assemblyai',
  name: 'AssemblyAI',
  api_pattern: 'https://(api|streaming)\\.assemblyai\\.com',
  models: [
    {
      ...streaming,
      id: 'universal-streaming',
      match: { starts_with: 'universal-streaming' },
      prices: { audio_hours: 0.15 },
      checked: '2026-08-01',
    },
    {
      ...streaming,
      id: 'u3-rt-pro',
      match: { regex: '^(u3-rt-pro|u3-pro|universal-3-pro-streaming|universal-3-5-pro)$' },
      prices: { audio_hours: 0.45 },
      checked: '2026-10-07',
    },
    {
      ...recorded,
      id: 'universal-3-pro',
      match: { equals: 'universal-3-pro' },
      prices: { audio_hours: 0.21 },
      checked: '2026-10-07',
    },
    {
      ...recorded,
      id: 'universal-2',
      match: { or: [{ equals: 'universal-2' }, { equals: 'universal' }] },
      prices: { audio_hours: 0.15 },
      checked: '2026-10-07',
    },
  ],
};
