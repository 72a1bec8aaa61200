import type { PriceCalculation } from '@pydantic/genai-prices';

/**
 * What is known of a model's price. `none`: it has no price of that kind. `varying`: it depends on the time, on the number
 * or on more than the number, so that the table has to be asked each time.
 */
export type Known<Rates> = Rates | 'none' | 'varying';

const mostKnown = 1_000;

/** Which model, and who serves it. */
interface Served {
  readonly model: string;
  readonly provider: string | null;
}

/** To ask a table takes several times as long as to record a span: what always costs the same is asked once. */
export class RateBook<Rates> {
  /** By model, then by provider: to join the two would cost each generation more than both look-ups. */
  readonly #known = new Map<string, Map<string | null, Known<Rates>>>();
  #count = 0;

  find({ model, provider }: Served, ask: () => Known<Rates>): Known<Rates> {
    const known = this.#known.get(model)?.get(provider);
    if (known !== undefined) return known;
    const rates = ask();
    this.#note(model, provider, rates);
    return rates;
  }

  #note(model: string, provider: string | null, rates: Known<Rates>): void {
    if (this.#count >= mostKnown) {
      this.#known.clear();
      this.#count = 0;
    }
    this.#count += 1;
    const byProvider = this.#known.get(model);
    if (byProvider === undefined) this.#known.set(model, new Map([[provider, rates]]));
    else byProvider.set(provider, rates);
  }
}

/** Whether the price of nothing is nothing, and each kind has one rate at any time. */
export function isSteady({ model, model_price, total_price }: PriceCalculation): boolean {
  if (Array.isArray(model.prices) || total_price !== 0) return false;
  return Object.values(model_price).every((rate) => typeof rate !== 'object');
}
