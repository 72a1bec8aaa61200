import { createRequire } from 'node:module';

/**
 * The package that knows prices, when the source itself is run. The build has `required-price-table.ts` in its place
 * (`#price-table` in package.json), for bundlers do not see through this.
 */
export function loadPriceTable(): unknown {
  return createRequire(import.meta.url)('@pydantic/genai-prices');
}
