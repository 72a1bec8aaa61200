import { createRequire } from 'node:module';

/**
 * The package that knows prices, from node_modules. In the build, bundlers find `bundled-price-table.ts` in place of this
 * file (`#price-table` in package.json): they see only what is imported or required by its name.
 *
 * @param later - Takes the package where it cannot be had at once.
 */
export function loadPriceTable(later: (loaded: unknown) => void): unknown {
  const name = '@pydantic/genai-prices';
  try {
    return createRequire(import.meta.url)(name);
  } catch {
    // A bundler that does not look into `imports` may still have followed this.
    import('@pydantic/genai-prices').then(later, () => {});
    return undefined;
  }
}
