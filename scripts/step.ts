import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { styleText } from 'node:util';

/** One thing a check runs: a command, or a function that says what it did. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<StepResult>;
}

export interface StepResult {
  readonly ok: boolean;
  /** Shown when the step fails. */
  readonly output: string;
  /** Shown behind the step's name. */
  readonly note?: string;
}

/** The output is kept and shown on failure only, so that a green run is one line a step. */
export async function runCommand(command: string, args: readonly string[], cwd?: string): Promise<StepResult> {
  const child = spawn(command, args, {
    cwd,
    env: process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: string): void => {
    output += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const { promise, resolve } = Promise.withResolvers<StepResult>();
  child.once('error', (error) => resolve({ ok: false, output: error.message }));
  child.once('close', (code) => resolve({ ok: code === 0, output }));
  return promise;
}

/** A step that is a command of node_modules/.bin, which npm puts on the path. */
export function command(name: string, ...words: readonly string[]): Step {
  const [binary = '', ...args] = words;
  return { name, run: async () => runCommand(binary, args) };
}

/** Runs a step and prints its line. */
export async function runStep(step: Step): Promise<boolean> {
  const started = performance.now();
  const { ok, output, note } = await step.run();
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const line = [ok ? '✓' : '✗', step.name.padEnd(18), seconds.padStart(7), note ?? ''].join(' ').trimEnd();
  console.log(styleText(ok ? 'green' : 'red', line));
  if (!ok) console.log(output.trimEnd());
  return ok;
}
