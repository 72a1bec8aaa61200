import { defineConfig, type UserConfig } from 'tsdown';

/** One line for each door of the package; what the doors share goes into common chunks. */
const entry = {
  index: 'src/index.ts',
  store: 'src/store.ts',
  testing: 'src/testing.ts',
  voice: 'src/voice.ts',
  livekit: 'src/livekit.ts',
};

const nanoidNotice = '/*! Contains nanoid. MIT License. Copyright Andrey Sitnik <andrey@sitnik.es> */';

/**
 * The price table is required when it is needed, from a file of CommonJS. Bundlers that know nothing but ES modules have the
 * condition `module` (package.json), and find a file that contains the table.
 */
const requiredTable = 'src/pricing/required-price-table.ts';
/** The build asks package.json which of the two it is. */
const priceTable = {
  name: 'price-table',
  resolveId: (source: string) => (source === './price-table.ts' ? { id: '#price-table', external: true } : null),
};
const pricesNotice = '/*! Contains @pydantic/genai-prices. MIT License. Copyright (c) Pydantic Services Inc. */';

const libraries = '/// <reference lib="es2020" />\n';
/** A reference to `esnext.disposable` would be an error before TypeScript 5.2; from then on this is the same. */
const disposables = `declare global {
  interface SymbolConstructor { readonly dispose: unique symbol; readonly asyncDispose: unique symbol }
  interface Disposable { [Symbol.dispose](): void }
  interface AsyncDisposable { [Symbol.asyncDispose](): PromiseLike<void> }
}
`;

/**
 * What the declarations need to stand by themselves, whatever the compiler's version and options.
 * - The libraries that they name: by default TypeScript 5 has those of ES5, and no version has disposables.
 * - No imports of packages for their effect: those are the code's.
 * - `#private` as a quoted name: it keeps classes apart as well, and may be read with `target: es5`.
 */
const selfSufficientDeclarations = {
  name: 'self-sufficient-declarations',
  renderChunk(code: string, { fileName }: { readonly fileName: string }) {
    if (!/\.d\.c?ts$/.test(fileName)) return null;
    const head = code.includes('Symbol.dispose') ? libraries + disposables : libraries;
    const own = code.replaceAll(/^import "[^.][^"]*";$/gm, '').replaceAll(/^( +)#private;$/gm, "$1private '#private';");
    // Each line stays a line, further down.
    const lines = own.split('\n').map((_, index) => (index === 0 ? 'AAAA' : 'AACA'));
    const mappings = ';'.repeat(head.split('\n').length - 1) + lines.join(';');
    return { code: head + own, map: { version: 3, names: [], sources: [fileName], mappings } };
  },
};

const common: UserConfig = {
  entry,
  platform: 'node',
  target: 'node22.13',
  tsconfig: 'tsconfig.build.json',
  fixedExtension: false,
  // With a map beside the code, the first error in a process would have Node, tsx or Vitest parse a megabyte. The code
  // in dist/ is legible as it is. Declarations keep theirs: editors go to src/ with it, and nothing reads it at run time.
  sourcemap: false,
  // Not as `plugins`, which see none of the CommonJS declarations.
  inputOptions: (options) => ({ ...options, plugins: [options.plugins, selfSufficientDeclarations] }),
  // CommonJS is built for Jest; Node itself loads the ESM build by the condition module-sync.
  checks: { legacyCjs: false },
  failOnWarn: true,
  suppressWarnings: 'TypeScript 7.0 does not yet have a stable API',
};

export default defineConfig([
  {
    ...common,
    // The command line is run, never required.
    entry: { ...entry, bin: 'src/bin.ts' },
    format: 'esm',
    dts: false,
    plugins: [priceTable],
    deps: { onlyBundle: [], neverBundle: ['#price-table'] },
  },
  { ...common, entry: { 'price-table': requiredTable }, format: 'cjs', dts: false },
  {
    ...common,
    entry: { 'bundled-price-table': requiredTable },
    format: 'esm',
    dts: false,
    deps: { alwaysBundle: ['@pydantic/genai-prices'], onlyBundle: ['@pydantic/genai-prices'] },
    banner: { js: pricesNotice },
  },
  // By themselves, since maps of declarations would bring those of the code.
  { ...common, format: 'esm', dts: { sourcemap: true, emitDtsOnly: true } },
  {
    ...common,
    format: 'cjs',
    dts: { sourcemap: true },
    plugins: [priceTable],
    // nanoid is ESM only, and Jest's CommonJS cannot load that.
    deps: { alwaysBundle: ['nanoid'], onlyBundle: ['nanoid'], neverBundle: ['#price-table'] },
    banner: { js: nanoidNotice },
    // For the same reason a package loaded lazily (pino) is required, not imported, when it is first needed.
    outputOptions: { dynamicImportInCjs: false },
  },
]);
