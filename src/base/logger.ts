import { writeSync } from 'node:fs';
import { listen, readVariable, stopListening } from './process.ts';
import { isCloudflareWorkers } from './runtime.ts';
import { shared } from './shared.ts';

/** What clew asks of a logger: pino's own shape, so that a pino logger can be passed as it is. */
export interface Logger {
  debug(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export type LogLevel = 'debug' | 'warn' | 'silent';

export const logLevels: ReadonlyMap<string, LogLevel> = new Map([
  ['debug', 'debug'],
  ['warn', 'warn'],
  ['silent', 'silent'],
]);

/** `CLEW_LOG_LEVEL`: debug, warn (the default) or silent. */
export function readLogLevel(text = readVariable('CLEW_LOG_LEVEL')): LogLevel {
  return logLevels.get(text ?? '') ?? 'warn';
}

type Line = readonly [level: 'debug' | 'warn', details: object, message: string];

/**
 * The logger named `clew` on stderr. pino is loaded at the first line, because it costs 15 to 26 ms; lines that come
 * while it loads wait, and a process that ends before then writes them itself.
 */
export class StderrLogger implements Logger {
  readonly #level: LogLevel;
  #pino: Logger | undefined;
  #waiting: Line[] | undefined;

  constructor(level: LogLevel = readLogLevel()) {
    this.#level = level;
    // pino writes to a file descriptor, which a Worker does not have.
    if (isCloudflareWorkers()) this.#pino = consoleLogger;
  }

  debug(details: object, message: string): void {
    if (this.#level === 'debug') this.#write(['debug', details, message]);
  }

  warn(details: object, message: string): void {
    if (this.#level !== 'silent') this.#write(['warn', details, message]);
  }

  #write(line: Line): void {
    if (this.#pino !== undefined) return send(this.#pino, line);
    // It could not be loaded any more.
    if (shared.exiting) return send(plainLogger, line);
    if (this.#waiting !== undefined) {
      this.#waiting.push(line);
      return;
    }
    this.#waiting = [line];
    const writeRest = (): void => this.#flushPlainly();
    listen('exit', writeRest);
    void this.#load().finally(() => stopListening('exit', writeRest));
  }

  async #load(): Promise<void> {
    try {
      const { pino } = await import('pino');
      this.#pino = pino({ name: 'clew', level: this.#level }, pino.destination({ dest: 2, sync: true }));
      for (const line of this.#waiting ?? []) send(this.#pino, line);
      this.#waiting = undefined;
    } catch {
      // Bundled without pino, or under a loader that has no dynamic import: the lines matter more than their form.
      this.#flushPlainly();
      this.#pino = plainLogger;
    }
  }

  #flushPlainly(): void {
    for (const line of this.#waiting ?? []) send(plainLogger, line);
    this.#waiting = undefined;
  }
}

const plainLogger: Logger = {
  debug: (details, message) => writePlainly(20, details, message),
  warn: (details, message) => writePlainly(40, details, message),
};

/** Where there is a console and nothing else. */
const consoleLogger: Logger = {
  debug: (details, message) => globalThis.console.debug(lineOf(20, details, message)),
  warn: (details, message) => globalThis.console.warn(lineOf(40, details, message)),
};

function send(logger: Logger, [level, details, message]: Line): void {
  if (level === 'warn') logger.warn(details, message);
  else logger.debug(details, message);
}

/** The shape of a pino line, without pino. */
function writePlainly(level: number, details: object, message: string): void {
  try {
    writeSync(2, `${lineOf(level, details, message)}\n`);
  } catch {
    // stderr is closed: there is nobody left to tell.
  }
}

function lineOf(level: number, details: object, message: string): string {
  return JSON.stringify({ level, time: Date.now(), name: 'clew', ...details, msg: message });
}
