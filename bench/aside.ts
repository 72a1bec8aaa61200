import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Runs a script in a process of its own, and answers with the one message it sends. */
export async function runAside(script: string, args: readonly string[]): Promise<unknown> {
  const child = fork(script, args, {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
  });
  const died = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`the process of ${args[0] ?? script} ended with code ${String(code)}`);
  });
  const [answer]: unknown[] = await Promise.race([once(child, 'message'), died]);
  died.catch(() => {});
  child.kill();
  return answer;
}
