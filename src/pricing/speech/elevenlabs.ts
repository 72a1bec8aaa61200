import type { SpeechProvider } from './speech-model.ts';

/**
 * The voices' prices fell between August and November 2026. ElevenLabs' own page was last seen before that, with 50 and
 * 100 dollars; two who sell at its list price show 40 and 80 since (Vercel half of it, in a promotion of its own).
 */
const speaking = {
  checked: '2026-11-11',
  plan: 'pay as you go',
  note: 'Read where it is resold at list price; https://elevenlabs.io/pricing/api said 50 and 100 on 2026-07-31.',
};
const hearing = { source: 'https://elevenlabs.io/pricing/api', plan: 'pay as you go' };

export const elevenlabs: SpeechProvider = {
  id: 'elevenlabs',
  name: 'ElevenLabs',
  api_pattern: 'https://api\\.elevenlabs\\.io',
  models: [
    {
      ...speaking,
      id: 'eleven_flash_v2_5',
      match: { regex: '^eleven[_-](flash|turbo)[_-]v2' },
      prices: { input_mchars: 40 },
      source: 'https://inference.sh/apps/elevenlabs/eleven-flash-v2-5',
    },
    {
      ...speaking,
      id: 'eleven_v4_turbo',
      match: { regex: '^eleven[_-]v4[_-]turbo' },
      prices: { input_mchars: 40 },
      source: 'https://vercel.com/ai-gateway/models/eleven-v4-turbo',
    },
    {
      ...speaking,
      id: 'eleven_multilingual_v2',
      match: { regex: '^eleven[_-]multilingual[_-]v2$' },
      prices: { input_mchars: 80 },
      source: 'https://inference.sh/apps/elevenlabs/eleven-multilingual-v2',
    },
    {
      ...speaking,
      id: 'eleven_v3',
      match: { regex: '^eleven[_-]v3$' },
      prices: { input_mchars: 80 },
      source: 'https://vercel.com/ai-gateway/models/eleven-v3',
    },
    {
      ...hearing,
      id: 'scribe_v2_realtime',
      match: { regex: '^scribe[_-]v2[_-]realtime' },
      prices: { audio_hours: 0.39 },
      checked: '2026-08-01',
    },
    {
      ...hearing,
      id: 'scribe_v2',
      match: { regex: '^scribe[_-]v[12]$' },
      prices: { audio_hours: 0.22 },
      checked: '2026-08-01',
    },
  ],
};
