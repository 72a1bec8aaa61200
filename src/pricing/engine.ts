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
 * Undefined where it is not installed, nor part of the bundle.
 */
export function loadEngine(): PriceEngine | undefined {
  if (isTried) return engine;
  isTried = true;
  try {
    const loaded = loadPriceTable();
    if (isEngine(loaded)) engine = loaded;
  } catch {
    // Nothing is priced, and every trace says so.
  }
  return engine;
}

function isEngine(loaded: unknown): loaded is PriceEngine {
  return isObject(loaded) && 'calcPrice' in loaded;
}
