import type { TraceRecord } from '../span/trace-record.ts';

/** What was traced in one test. */
export class RecordedTraces {
  readonly #read: () => readonly TraceRecord[];

  constructor(read: () => readonly TraceRecord[]) {
    this.#read = read;
  }

  /** Every trace that has ended, in the order in which they ended. */
  get all(): readonly TraceRecord[] {
    return this.#read();
  }

  /** The sole trace. Throws where there is none, or more than one. */
  get only(): TraceRecord {
    const [first] = this.all;
    if (first === undefined || this.all.length > 1) throw new Error(`one trace was expected, ${this.#told()}`);
    return first;
  }

  /** The trace that ended last. Throws where there is none. */
  get last(): TraceRecord {
    const last = this.all.at(-1);
    if (last === undefined) throw new Error(`a trace was expected, ${this.#told()}`);
    return last;
  }

  /** The first trace with this name. Throws where there is none. */
  named(name: string): TraceRecord {
    const found = this.all.find((trace) => trace.name === name);
    if (found === undefined) throw new Error(`a trace named "${name}" was expected, ${this.#told()}`);
    return found;
  }

  #told(): string {
    if (this.all.length === 0) return 'and nothing was traced. Has the root ended, and is the call awaited?';
    return `there are ${this.all.length}:\n\n${this.all.map((trace) => trace.asTree()).join('\n\n')}`;
  }
}
