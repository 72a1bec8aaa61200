import type { PriceCalculation } from '@pydantic/genai-prices';

/**
 * What is known of a model's price. `none`: it has no price of that kind. `varying`: it depends on the time, on the number
 * or on more than the number, so that the table has to be asked each time.
 */
export type Known<Rates> = Rates | 'none' | 'varying';

const mostKnown = 1_000;

/** To ask a table takes several times as long as to record a span: what always costs the same is asked once. */
export class RateBook<Rates> {
  readonly #known = new Map<string, Known<Rates>>();

  find(key: string, ask: () => Known<Rates>): Known<Rates> {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const rates = ask();
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(key, rates);
    return rates;
  }
}

/** Whether the price of nothing is nothing, and each kind has one rate at any time. */
export function isSteady({ model, model_price, total_price }: PriceCalculation): boolean {
  if (Array.isArray(model.prices) || total_price !== 0) return false;
  return Object.values(model_price).every((rate) => typeof rate !== 'object');
}
