import * as util from 'node:util';
import { readVariable, standardStream } from '../base/process.ts';
import { isCloudflareWorkers } from '../base/runtime.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { visible, type TreePaint, type TreeSpan } from '../span/tree.ts';
import type { TraceExporter } from './exporter.ts';

export interface ConsoleOptions {
  /** Where to print. Default: standard output. */
  readonly stream?: { write(text: string): unknown; readonly isTTY?: boolean };
  /** Default: whether the stream is a terminal and `NO_COLOR` is not set. */
  readonly color?: boolean;
}

type Stream = NonNullable<ConsoleOptions['stream']>;

/** A Worker and a browser have a console and no streams; it ends each line itself. */
const consoleStream: Stream = { write: (text) => globalThis.console.log(text.replace(/\n$/, '')) };

function standardOutput(): Stream {
  return (isCloudflareWorkers() ? undefined : standardStream('stdout')) ?? consoleStream;
}

type Style = Parameters<typeof util.styleText>[0];

/**
 * Prints each trace as a header and a tree (L12, L13). Duration is grey, yellow from one second; what failed is red.
 *
 * @example
 * ```ts
 * import { ConsoleTraceExporter, createTracer } from 'clew';
 * createTracer({ exporter: new ConsoleTraceExporter() }).trace('agent.run', () => 42);
 * ```
 */
export class ConsoleTraceExporter implements TraceExporter {
  readonly #stream: { write(text: string): unknown };
  readonly #style: (style: Style, text: string) => string;

  constructor(options: ConsoleOptions = {}) {
    const stream = options.stream ?? standardOutput();
    const color = options.color ?? (stream.isTTY === true && (readVariable('NO_COLOR') ?? '') === '');
    this.#stream = stream;
    this.#style = color
      ? (style, text) => util.styleText(style, text, { validateStream: false })
      : (_style, text) => text;
  }

  export(trace: TraceRecord): void {
    const amends = trace.amends ? ' (spans that ended later)' : '';
    const header = this.#style('bold', `[Trace ${trace.traceId.slice(0, 8)}]`);
    const run = this.#style('gray', `run_id=${visible(trace.runId)}${amends}`);
    this.#stream.write(`\n${header} ${run}\n${trace.asTree(this.#paint())}\n`);
  }

  #paint(): TreePaint {
    return {
      duration: (text: string, span: TreeSpan) => this.#style((span.durationMs ?? 0) >= 1000 ? 'yellow' : 'gray', text),
      error: (text: string) => this.#style('red', text),
      outcome: (text: string) => this.#style('magenta', text),
    };
  }
}
