import type { SpeechProvider } from './speech-model.ts';

/** Cartesia counts credits, of which the Pro plan has 100,000 for 5 dollars; larger plans have more of them for less. */
const credits = {
  source: 'https://docs.cartesia.ai/pricing',
  plan: 'Pro, 5 dollars for 100,000 credits (https://cartesia.ai/pricing)',
};

export const cartesia: SpeechProvider = {
  id: 'cartesia',
  name: 'Cartesia',
  api_pattern: 'https://api\\.cartesia\\.ai',
  models: [
    {
      ...credits,
      id: 'sonic',
      match: { or: [{ equals: 'sonic' }, { starts_with: 'sonic-' }] },
      prices: { input_mchars: 50 },
      checked: '2026-07-27',
      note: 'A credit for a character; half as much again for a professional clone of a voice.',
    },
    {
      ...credits,
      id: 'ink-whisper',
      match: { starts_with: 'ink-whisper' },
      prices: { audio_hours: 0.18 },
      checked: '2026-07-19',
      note: 'A credit for a second, streaming.',
    },
    {
      ...credits,
      id: 'ink-2',
      match: { starts_with: 'ink-2' },
      prices: { audio_hours: 0.54 },
      checked: '2026-07-19',
      note: 'Three credits for a second, streaming.',
    },
  ],
};
