import type { calcPrice } from '@pydantic/genai-prices';
import { isObject } from '../base/object.ts';
import { loadPriceTable } from './price-table.ts';

/** What we use of the price table's package. */
export interface PriceEngine {
  readonly calcPrice: typeof calcPrice;
}

let engine: PriceEngine | undefined;
let isTried = false;

/**
 * The price table, loaded at the first generation that has to be priced: it holds a megabyte and takes some 30 ms.
 * Undefined where it cannot be found at once: then it may be there a little later.
 */
export function loadEngine(): PriceEngine | undefined {
  if (isTried) return engine;
  isTried = true;
  const use = (loaded: unknown): void => {
    if (isEngine(loaded)) engine = loaded;
  };
  try {
    use(loadPriceTable(use));
  } catch {
    // Neither there nor bundled: nothing is priced, and every trace says so.
  }
  return engine;
}

function isEngine(loaded: unknown): loaded is PriceEngine {
  return isObject(loaded) && 'calcPrice' in loaded;
}
