import type { PriceCalculation, Provider } from '@pydantic/genai-prices';
import type { Counts } from './consumption.ts';
import type { PriceEngine } from './engine.ts';
import { providerName } from './provider-name.ts';
import { speechProviders } from './speech-prices.ts';

export interface Question {
  readonly model: string;
  readonly provider: string | null;
  readonly timestamp: Date;
}

/** Asks one place what counts of anything cost; null where it does not know the model. May throw. */
export type Ask = (counts: Counts) => PriceCalculation | null;

const providersById: ReadonlyMap<string, Provider> = new Map(
  speechProviders.map((provider) => [provider.id, provider]),
);
export function askOwn({ calcPrice }: PriceEngine, own: Provider, { model, timestamp }: Question): Ask {
  return (counts) => calcPrice(counts, model, { provider: own, timestamp });
}

/** The package's table. */
export function askPackage({ calcPrice }: PriceEngine, { model, provider, timestamp }: Question): Ask {
  const providerId = provider === null ? null : providerName(provider);
  return (counts) => {
    const named = providerId === null ? null : calcPrice(counts, model, { providerId, timestamp });
    // A name that the table does not know, such as a gateway's, says nothing about the price.
    return named ?? calcPrice(counts, model, { timestamp });
  };
}

/** Our own table of speech, and the package's for what only that has. */
export function askSpeech(engine: PriceEngine, question: Question): Ask {
  for (const named of namesOf(question)) {
    const provider = findSpeechProvider(engine, named);
    if (provider !== undefined) return askOwn(engine, provider, { ...question, model: named.model });
  }
  return askPackage(engine, question);
}

interface Named {
  readonly model: string;
  readonly provider: string | null;
}

/** `deepgram/nova-3:en`, as LiveKit writes it, is Deepgram's `nova-3`, whoever is said to have served it. */
function namesOf({ model, provider }: Question): readonly Named[] {
  const whole = { model, provider: provider === null ? null : providerName(provider) };
  const slash = model.indexOf('/');
  if (slash < 1) return [whole];
  const prefix = providerName(model.slice(0, slash));
  const rest = model.slice(slash + 1);
  return [whole, { model: rest, provider: prefix }, { model: rest.replace(/:.*$/, ''), provider: prefix }];
}

function findSpeechProvider({ calcPrice }: PriceEngine, { model, provider }: Named): Provider | undefined {
  const known = provider === null ? undefined : providersById.get(provider);
  if (known !== undefined) return calcPrice({}, model, { provider: known }) === null ? undefined : known;
  const knowing = speechProviders.filter((candidate) => {
    const price = calcPrice({}, model, { provider: candidate });
    return price !== null && !('isCommonName' in price.model);
  });
  return knowing.length === 1 ? knowing[0] : undefined;
}
