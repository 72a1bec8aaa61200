import type { TracerOptions } from 'clew';

/** What a service might set in production. */
export const options: TracerOptions = {
  name: 'clinic',

  // One trace in a hundred, and besides: every one with an error, every slow one, every one that the sampler wants.
  sampleRate: 0.01,
  keepErrors: true,
  keepSlowerThanMs: 10_000,
  sampler: (trace) => (trace.tags.includes('pilot') ? true : undefined),

  // Rules beside the default ones, which know secret-named keys, API keys, e-mail, phone and card numbers.
  masker: {
    keys: ['diagnosis'],
    patterns: [{ name: 'patient', pattern: /\bP-\d{6}\b/g }],
    pseudonymize: 'a key of your own',
  },
};
