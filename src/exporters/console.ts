import { styleText } from 'node:util';
import type { TraceRecord } from '../span/trace-record.ts';
import { visible, type TreePaint, type TreeSpan } from '../span/tree.ts';
import type { TraceExporter } from './exporter.ts';

export interface ConsoleOptions {
  /** Where to print. Default: standard output. */
  readonly stream?: { write(text: string): unknown; readonly isTTY?: boolean };
  /** Default: whether the stream is a terminal and `NO_COLOR` is not set. */
  readonly color?: boolean;
}

type Style = Parameters<typeof styleText>[0];

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
  /** Undefined for a stream of the caller's, and for a class that extends this one. */
  readonly target: string | undefined;
  readonly #stream: { write(text: string): unknown };
  readonly #style: (style: Style, text: string) => string;

  constructor(options: ConsoleOptions = {}) {
    const stream = options.stream ?? process.stdout;
    const color = options.color ?? (stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '');
    this.#stream = stream;
    if (new.target === ConsoleTraceExporter && options.stream === undefined) this.target = `console ${color}`;
    this.#style = color ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
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
