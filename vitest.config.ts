import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { standardDecorators } from './scripts/standard-decorators.ts';

const legacyFiles = ['**/*.legacy.test.ts', 'test/legacy/**', 'examples/05-nestjs/**'];
const notOurs = ['**/node_modules/**', '**/dist/**'];
/**
 * Stryker runs the tests in threads, which refuse the flag: they have it from their process (stryker.config.json).
 * What starts a process, reads the repository's own files or looks at the time cannot tell one mutant from another, and
 * is left out.
 */
const isMutating = process.env['STRYKER_MUTATOR_WORKER'] !== undefined;
const blindToMutants = [
  'test/docs/**',
  'test/architecture/**',
  'test/process/**',
  'test/exporters/file-kill.test.ts',
  'test/exporters/spool.test.ts',
  'test/capture/capture-time.test.ts',
  'test/voice/livekit/real*.test.ts',
];
const source = fileURLToPath(new URL('./src/', import.meta.url));
const resolve = {
  alias: [
    { find: /^clew$/, replacement: `${source}index.ts` },
    { find: /^clew\/(\w+)$/, replacement: `${source}$1.ts` },
  ],
};

/** Standard decorators are lowered by esbuild, everything else (types, `using`) by Vite itself. */
const standard: TestProjectInlineConfiguration = {
  extends: true,
  resolve,
  plugins: [standardDecorators()],
  oxc: { target: 'es2022' },
};
const legacy: TestProjectInlineConfiguration = {
  extends: true,
  resolve,
  oxc: { target: 'es2022', decorator: { legacy: true, emitDecoratorMetadata: true } },
};

const unit: TestProjectInlineConfiguration[] = [
  {
    ...standard,
    test: {
      name: 'unit',
      include: ['test/**/*.test.ts'],
      exclude: [
        ...notOurs,
        ...legacyFiles,
        'test/package/**',
        'test/runtimes/**',
        ...(isMutating ? blindToMutants : []),
      ],
    },
  },
  {
    ...legacy,
    test: { name: 'legacy', include: ['test/**/*.legacy.test.ts', 'test/legacy/**/*.test.ts'], exclude: notOurs },
  },
];

const examples: TestProjectInlineConfiguration[] = [
  {
    ...standard,
    test: { name: 'examples', include: ['examples/**/*.test.ts'], exclude: [...notOurs, ...legacyFiles] },
  },
  {
    ...legacy,
    test: { name: 'examples-legacy', include: ['examples/05-nestjs/**/*.test.ts'], exclude: notOurs },
  },
];

/** The packed package as others see it: needs a build, and is slow. */
const packed: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: 'package', include: ['test/package/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
};

/** The same in other runtimes and test environments, which test/runtimes brings. */
const runtimes: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: 'runtimes', include: ['test/runtimes/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
};

export default defineConfig({
  test: {
    pool: 'forks',
    // A machine that is busy with something else must not make a promise look broken.
    testTimeout: isMutating ? 10_000 : 30_000,
    // A mutant is tried in the time of its tests, and not of the imports of forty files.
    isolate: !isMutating,
    execArgv: isMutating ? [] : ['--expose-gc'],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html', 'json-summary'] },
    projects: isMutating ? unit : [...unit, ...examples, packed, runtimes],
  },
});
