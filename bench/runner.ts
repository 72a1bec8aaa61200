import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Sample } from './measurement.ts';
import type { Answer, Order } from './orders.ts';
import { isAnswer } from './orders.ts';
import type { Profile } from './profile.ts';

export interface RunnerOptions {
  readonly warmUpMs: number;
  readonly roundMs: number;
}

/** Settings of the user's own tracing would change what is measured, or send it somewhere. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(CLEW|OTEL|LANGSMITH|LANGCHAIN|LANGFUSE)_|^NODE_OPTIONS$/;
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !foreign.test(key)));
}

/** A subject in a process of its own, warm, and idle until it is given a round. */
export class Runner {
  readonly name: string;
  readonly #child: ChildProcess;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
  }

  static async start(name: string, options: RunnerOptions): Promise<Runner> {
    const script = join(import.meta.dirname, 'child.ts');
    const child = fork(script, [name, String(options.warmUpMs), String(options.roundMs)], {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
      env: quietEnvironment(),
      serialization: 'advanced',
    });
    const runner = new Runner(name, child);
    try {
      await runner.#hear('ready');
    } catch (error) {
      child.kill();
      throw error;
    }
    return runner;
  }

  async round(): Promise<Sample> {
    return (await this.#ask('round', 'sample')).sample;
  }

  async profile(): Promise<Profile> {
    return this.#ask('profile', 'profile');
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.send('stop');
    const timer = setTimeout(() => this.#child.kill(), 5000);
    await closed;
    clearTimeout(timer);
  }

  #ask<T extends Answer['type']>(order: Order, expected: T): Promise<Extract<Answer, { type: T }>> {
    const answer = this.#hear(expected);
    this.#child.send(order);
    return answer;
  }

  #hear<T extends Answer['type']>(expected: T): Promise<Extract<Answer, { type: T }>> {
    const isExpected = (answer: Answer): answer is Extract<Answer, { type: T }> => answer.type === expected;
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        this.#child.off('message', onMessage).off('exit', onExit);
        end();
      };
      const onExit = (code: number | null): void =>
        settle(() => reject(new Error(`the process of '${this.name}' ended with code ${code}`)));
      const onMessage = (message: unknown): void => {
        if (!isAnswer(message)) return;
        if (isExpected(message)) settle(() => resolve(message));
        else if (message.type === 'failed') settle(() => reject(new Error(message.message)));
      };
      this.#child.on('message', onMessage).on('exit', onExit);
    });
  }
}
