/**
 * The package that knows prices, as a part of this file: for bundles, which are run where there is no node_modules. The
 * build wraps it into a function, so that nothing of it runs before the first generation that has to be priced.
 */
export function loadPriceTable(): unknown {
  return require('@pydantic/genai-prices');
}
