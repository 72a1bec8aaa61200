import { packageStep } from './packed-tarball.ts';
import { command, runCommand, type Step, type StepResult } from './step.ts';
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
    { name: 'types (LiveKit)', run: checkLiveKitVersions },
    testStep('tests', ['unit', 'legacy'], onCount),
    packageStep('package'),
  ];
}

/** The bridge's types against each version of LiveKit that it is for; without what those depend on, it takes seconds. */
async function checkLiveKitVersions(): Promise<StepResult> {
  const folder = 'test/fixtures/livekit/versions';
  const installed = await runCommand('npm', ['ci', '--ignore-scripts', '--prefix', folder]);
  return installed.ok ? runCommand('tsc', ['-p', folder]) : installed;
}

/** Bun, Deno, Workers, jsdom: half a gigabyte, which `npm ci` need not bring to whoever only wants to build. */
async function installRuntimes(): Promise<StepResult> {
  return runCommand('npm', ['ci', '--prefix', 'test/runtimes']);
}

/** What needs the build, and takes longer. */
export function slowSteps(onCount: (count: TestCount) => void): readonly Step[] {
  return [
    testStep('tests (package)', ['package'], onCount),
    { name: 'runtimes', run: installRuntimes },
    testStep('tests (runtimes)', ['runtimes'], onCount),
    testStep('tests (examples)', ['examples', 'examples-legacy'], onCount),
  ];
}
