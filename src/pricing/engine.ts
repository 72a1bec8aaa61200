import type { calcPrice } from '@pydantic/genai-prices';
import { createRequire } from 'node:module';
import { isObject } from '../base/object.ts';

/** What we use of the price table's package. */
export interface PriceEngine {
  readonly calcPrice: typeof calcPrice;
}

const name = '@pydantic/genai-prices';

let engine: PriceEngine | undefined;
let isTried = false;

/**
 * The price table, loaded at the first generation that has to be priced: it holds a megabyte and takes some 30 ms.
 * Undefined where it cannot be found at once, as in a bundle: then it may be there a little later.
 */
export function loadEngine(): PriceEngine | undefined {
  if (isTried) return engine;
  isTried = true;
  try {
    const loaded: unknown = createRequire(import.meta.url)(name);
    if (isEngine(loaded)) engine = loaded;
  } catch {
    void loadBundled();
  }
  return engine;
}

/** A bundler finds only what is imported by its name. */
async function loadBundled(): Promise<void> {
  try {
    engine = await import('@pydantic/genai-prices');
  } catch {
    // Neither there nor bundled: nothing is priced, and every trace says so.
  }
}

function isEngine(loaded: unknown): loaded is PriceEngine {
  return isObject(loaded) && 'calcPrice' in loaded;
}
