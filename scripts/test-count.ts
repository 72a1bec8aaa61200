import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type Step } from './step.ts';

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
}

const none: TestCount = { passed: 0, failed: 0 };
const reports = join('node_modules', '.cache', 'clew');

/** A step that runs Vitest projects and hands over what it counted. */
export function testStep(name: string, projects: readonly string[], onCount: (count: TestCount) => void): Step {
  const report = join(reports, `${projects.join('+')}.json`);
  return {
    name,
    async run() {
      mkdirSync(reports, { recursive: true });
      rmSync(report, { force: true });
      const { ok, output } = await runCommand('vitest', [
        'run',
        ...projects.flatMap((project) => ['--project', project]),
        '--reporter=dot',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ]);
      const count = readCount(report);
      onCount(count);
      return { ok, output, note: `${count.passed} passed, ${count.failed} failed` };
    },
  };
}

/** A run that died before it wrote a report, or wrote something else, has counted nothing. */
function readCount(report: string): TestCount {
  try {
    const summary: unknown = JSON.parse(readFileSync(report, 'utf8'));
    return {
      passed: readNumber(summary, 'numPassedTests'),
      failed: readNumber(summary, 'numFailedTests') + unloaded(summary),
    };
  } catch {
    return none;
  }
}

/** Files that could not be loaded have no tests to fail; each is one failure. */
function unloaded(summary: unknown): number {
  const files = read(summary, 'testResults');
  if (!Array.isArray(files)) return 0;
  return files.filter((file: unknown) => {
    const tests = read(file, 'assertionResults');
    return read(file, 'status') === 'failed' && Array.isArray(tests) && tests.length === 0;
  }).length;
}

function readNumber(from: unknown, key: string): number {
  const value = read(from, key);
  return typeof value === 'number' ? value : 0;
}

function read(from: unknown, key: string): unknown {
  return typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined;
}
