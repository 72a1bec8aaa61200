/** `npm run check`: what to run before a commit. Stops at the first step that fails. */
import { checkSteps } from './check-steps.ts';
import { runStep } from './step.ts';

for (const step of checkSteps(() => {})) {
  if (await runStep(step)) continue;
  process.exitCode = 1;
  break;
}
