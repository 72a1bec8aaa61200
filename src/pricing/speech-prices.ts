import { assemblyai } from './speech/assemblyai.ts';
import { azure } from './speech/azure.ts';
import { cartesia } from './speech/cartesia.ts';
import { deepgram } from './speech/deepgram.ts';
import { elevenlabs } from './speech/elevenlabs.ts';
import { google } from './speech/google.ts';
import { openai } from './speech/openai.ts';
import { gladia, soniox, speechmatics } from './speech/recognisers.ts';
import type { SpeechProvider } from './speech/speech-model.ts';
import { aws, groq, inworld, lmnt, rime, smallest } from './speech/voices.ts';

/**
 * Our own table, of what the package's lacks: who hears and who speaks, in the package's format, each price with its
 * source and its date. Of a model's clauses the first that matches counts. A model without a source is not in it: no
 * price is better than a guess.
 */
export const speechProviders: readonly SpeechProvider[] = [
  assemblyai,
  aws,
  azure,
  cartesia,
  deepgram,
  elevenlabs,
  gladia,
  google,
  groq,
  inworld,
  lmnt,
  openai,
  rime,
  smallest,
  soniox,
  speechmatics,
];
