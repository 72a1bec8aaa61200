/**
 * What the build has in place of `price-table.ts`. The literal `require` is what bundlers follow, wherever it stands, and they
 * wrap what it names into a function: nothing of the table runs before the first generation that has to be priced.
 */
export function loadPriceTable(): unknown {
  // eslint-disable-next-line no-require-imports -- an import would be evaluated when the program is loaded
  return require('@pydantic/genai-prices');
}
