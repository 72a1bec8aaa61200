import { traced } from '../../dist/index.js';
import type { Instrument, Step } from '../workload.ts';
import { sessionId, userId } from '../workload.ts';

function optionsOf<A extends unknown[], R>({ name, kind, params, model, provider }: Step<A, R>) {
  const options = { name, kind, params: [...params] };
  if (kind === 'agent') return { ...options, session: sessionId, userId };
  if (model === undefined || provider === undefined) return options;
  return { ...options, type: 'generation' as const, model, provider };
}

/** As the README shows it; usage and the response's id are found in what the function returns. */
export const clewInstrument: Instrument = (step, fn) =>
  // Called this way because `traced` is typed for functions of known parameters, and `fn` is of any.
  Reflect.apply(traced, undefined, [optionsOf(step), fn]);
