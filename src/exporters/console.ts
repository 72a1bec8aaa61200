import { consumptionFacts } from '../span/consumption-text.ts';
import type { SpanRecord } from '../span/record.ts';
import * as util from 'node:util';
import { readVariable, standardStream } from '../base/process.ts';
import { isCloudflareWorkers } from '../base/runtime.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { visible, type TreePaint } from '../span/tree.ts';
import type { TraceExporter } from './exporter.ts';

export interface ConsoleOptions {
  /** Where to print. Default: standard output. */
  readonly stream?: { write(text: string): unknown; readonly isTTY?: boolean };
  /** Default: whether the stream is a terminal and `NO_COLOR` is not set. */
  readonly color?: boolean;
  /**
   * True prints the input and output of each span below it, as they are recorded: masked and bounded, each one line of
   * JSON. Default false; true if `CLEW_CONSOLE_CONTENT` is `1` or `true`, which is for `mode: 'console'` too.
   */
  readonly content?: boolean;
}

type Stream = NonNullable<ConsoleOptions['stream']>;

/** A Worker and a browser have a console and no streams; it ends each line itself. */
const consoleStream: Stream = { write: (text) => globalThis.console.log(text.replace(/\n$/, '')) };

function standardOutput(): Stream {
  return (isCloudflareWorkers() ? undefined : standardStream('stdout')) ?? consoleStream;
}

type Style = Parameters<typeof util.styleText>[0];

/** JSON may hold them as they are; a terminal would obey them, and some editors too. */
const controls = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Prints each trace as a header and a tree: name, duration, model, tokens, cost, attempt if not the first, error.
 * Duration is grey, yellow from one second; what failed is red.
 *
 * @example
 * ```ts
 * import { ConsoleTraceExporter, createTracer } from 'clew';
 * createTracer({ exporter: new ConsoleTraceExporter({ content: true }) }).trace('agent.run', () => 42);
 * ```
 */
export class ConsoleTraceExporter implements TraceExporter {
  /** Undefined for a stream of the caller's, and for a class that extends this one. */
  readonly target: string | undefined;
  readonly #stream: { write(text: string): unknown };
  readonly #style: (style: Style, text: string) => string;
  readonly #showsContent: boolean;

  constructor(options: ConsoleOptions = {}) {
    const stream = options.stream ?? standardOutput();
    const color = options.color ?? (stream.isTTY === true && (readVariable('NO_COLOR') ?? '') === '');
    this.#stream = stream;
    if (new.target === ConsoleTraceExporter && options.stream === undefined) this.target = `console ${color}`;
    this.#style = color
      ? (style, text) => util.styleText(style, text, { validateStream: false })
      : (_style, text) => text;
    this.#showsContent = options.content ?? /^(?:1|true)$/.test(readVariable('CLEW_CONSOLE_CONTENT') ?? '');
  }

  export(trace: TraceRecord): void {
    const amends = trace.amends ? ' (spans that ended later)' : '';
    const header = this.#style('bold', `[Trace ${trace.traceId.slice(0, 8)}]`);
    const run = this.#style('gray', `run_id=${visible(trace.runId)}${amends}`);
    this.#stream.write(`\n${header} ${run}\n${trace.asTree(this.#paint())}\n`);
  }

  #paint(): TreePaint<SpanRecord> {
    return {
      duration: (text, span) => this.#style((span.durationMs ?? 0) >= 1000 ? 'yellow' : 'gray', text),
      error: (text) => this.#style('red', text),
      outcome: (text) => this.#style('magenta', text),
      facts: (span) => consumptionFacts(span).map((fact) => this.#style('gray', fact)),
      below: (span) => (this.#showsContent ? this.#contentOf(span) : []),
    };
  }

  #contentOf({ inputText, outputText }: SpanRecord): readonly string[] {
    const line = (label: string, text: string | null): readonly string[] =>
      text === null ? [] : [`${this.#style('gray', label)} ${pasteable(text)}`];
    return [...line('input: ', inputText), ...line('output:', outputText)];
  }
}

/** The same JSON, in which nothing can move a cursor. Below a space, JSON itself writes them so. */
function pasteable(json: string): string {
  return json.replace(controls, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
