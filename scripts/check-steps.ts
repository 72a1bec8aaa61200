import { packageStep } from './packed-tarball.ts';
import { command, type Step } from './step.ts';
import { testStep, type TestCount } from './test-count.ts';

/** What a change must pass, cheapest first. */
export function checkSteps(onCount: (count: TestCount) => void): readonly Step[] {
  return [
    command('format', 'oxfmt', '--check'),
    // Before the linter: files outside tsconfig.json (legacy decorators) find clew's types in dist/.
    command('build', 'tsdown', '--logLevel', 'warn'),
    command('lint', 'oxlint'),
    command('types', 'tsc', '-p', 'tsconfig.json'),
    command('types (legacy)', 'tsc', '-p', 'tsconfig.legacy.json'),
    testStep('tests', ['unit', 'legacy'], onCount),
    packageStep('package'),
  ];
}

/** What needs the build, and takes longer. */
export function slowSteps(onCount: (count: TestCount) => void): readonly Step[] {
  return [
    testStep('tests (package)', ['package'], onCount),
    testStep('tests (examples)', ['examples', 'examples-legacy'], onCount),
  ];
}
