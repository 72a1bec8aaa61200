/** `npm test`: everything, to the end, so that one run shows every failure. The last line is the count. */
import { checkSteps, slowSteps } from './check-steps.ts';
import { runStep } from './step.ts';
import type { TestCount } from './test-count.ts';

let passed = 0;
let failed = 0;
let failedInStep = 0;
const add = (count: TestCount): void => {
  passed += count.passed;
  failedInStep += count.failed;
};

for (const step of [...checkSteps(add), ...slowSteps(add)]) {
  failedInStep = 0;
  const ok = await runStep(step);
  // A step that is no test, or died before it could count, is one failure: the last line never says 0 on a red run.
  failed += ok ? failedInStep : Math.max(failedInStep, 1);
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
