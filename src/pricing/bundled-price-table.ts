/**
 * The package that knows prices, as a part of this file: for bundles, which are run where there is no node_modules. The
 * build wraps it into a function, so that nothing of it runs before the first generation that has to be priced.
 */
export function loadPriceTable(): unknown {
  // eslint-disable-next-line no-require-imports -- an import would be evaluated when the bundle is loaded
  return require('@pydantic/genai-prices');
}
