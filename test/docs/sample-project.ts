import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Sample } from './sample.ts';

const tsconfig = {
  extends: resolve('tsconfig.json'),
  // A sample shows how something is made, and need not go on to use it.
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['*.ts'],
  exclude: [],
};

/** Imports one sample after the other, each without what the one before it set up, and marks where its output ends. */
const runner = `
import { getTracer, setTraceStore } from 'clew';
for (const file of process.argv.slice(2)) {
  try {
    await import(file);
    await new Promise((done) => setImmediate(done));
  } catch (error) {
    console.log(String(error instanceof Error ? error.stack : error) + '\\u0000');
  }
  await getTracer().shutdown();
  setTraceStore(undefined);
  console.log('\\u0001');
}
export {};
`;

/** What one sample did. */
export interface Run {
  readonly printed: string;
  readonly failure: string | undefined;
}

/** All samples as one TypeScript project in a folder of its own, with `clew` being src/. */
export class SampleProject {
  readonly #folder = mkdtempSync(join(tmpdir(), 'clew-samples-'));
  readonly #samples: readonly Sample[];

  constructor(samples: readonly Sample[]) {
    this.#samples = samples;
    symlinkSync(resolve('node_modules'), join(this.#folder, 'node_modules'), 'dir');
    this.#write('package.json', JSON.stringify({ type: 'module', private: true }));
    this.#write('tsconfig.json', JSON.stringify(tsconfig));
    for (const { file, code } of samples) this.#write(file, code);
    mkdirSync(join(this.#folder, 'run'));
    this.#write('run/all.ts', runner);
  }

  /** What the compiler says against them, in lines; what it says of src/ itself is told elsewhere. */
  async typeErrors(): Promise<readonly string[]> {
    const compiler = resolve('node_modules', '.bin', 'tsc');
    const { stdout, stderr } = await this.#run(compiler, ['-p', '.']);
    const lines = `${stdout}${stderr}`.split('\n');
    return lines.filter((line) => line !== '' && !/^(?:\.\.|\s)/.test(line));
  }

  /** Runs those that can be run, in one process. */
  async runs(): Promise<{ readonly byPlace: ReadonlyMap<string, Run>; readonly stderr: string }> {
    const runnable = this.#samples.filter(({ isRun }) => isRun);
    const files = runnable.map(({ file }) => join(this.#folder, file));
    const { stdout, stderr } = await this.#run(process.execPath, ['--import', 'tsx', 'run/all.ts', ...files]);
    const outputs = stdout.split('\u0001\n');
    const byPlace = new Map(runnable.map(({ place }, index) => [place, toRun(outputs[index])]));
    return { byPlace, stderr };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }

  async #run(command: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, TSX_TSCONFIG_PATH: resolve('tsconfig.json') };
    const running = promisify(execFile)(command, args, { cwd: this.#folder, env });
    return running.catch((error: unknown) => {
      if (isFailedRun(error)) return error;
      throw error;
    });
  }
}

/** It ran and failed, which is an answer; a command that is not there is none. */
function isFailedRun(error: unknown): error is { readonly stdout: string; readonly stderr: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'stdout' in error;
}

function toRun(output: string | undefined): Run {
  if (output === undefined) return { printed: '', failure: 'it ended the process' };
  const end = output.lastIndexOf('\u0000');
  return { printed: output, failure: end < 0 ? undefined : output.slice(0, end) };
}
