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

const common: UserConfig = {
  entry,
  platform: 'node',
  target: 'node22.13',
  tsconfig: 'tsconfig.build.json',
  fixedExtension: false,
  sourcemap: true,
  dts: { sourcemap: true },
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
    deps: { onlyBundle: [] },
  },
  {
    ...common,
    format: 'cjs',
    // nanoid is ESM only, and Jest's CommonJS cannot load that.
    deps: { alwaysBundle: ['nanoid'], onlyBundle: ['nanoid'] },
    banner: { js: nanoidNotice },
    // For the same reason a package loaded lazily (pino) is required, not imported, when it is first needed.
    outputOptions: { dynamicImportInCjs: false },
  },
]);
