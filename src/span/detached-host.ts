import { systemClock } from '../base/clock.ts';
import { StderrLogger } from '../base/logger.ts';
import { Report } from '../base/report.ts';
import { Capturer } from '../capture/capturer.ts';
import { defaultCaptureLimits } from '../capture/limits.ts';
import { RuleMasking } from '../capture/masking.ts';
import type { SpanHost } from './host.ts';
import { SpanWriter } from './span-writer.ts';

/** What a block by hand asks of its span. */
interface Concluding {
  conclude(ending: { outcome: 'ok' | 'error'; output?: unknown; thrown?: { readonly error: unknown } }): void;
}

interface DetachedHost extends SpanHost<never> {
  block<Result>(span: Concluding, run: () => Result): Result;
}

let host: DetachedHost | undefined;

/** The host of spans and traces that are built by hand: they are measured and masked, and go nowhere. */
export function detachedHost(): DetachedHost {
  return (host ??= createDetachedHost());
}

function createDetachedHost(): DetachedHost {
  const capturer = new Capturer(defaultCaptureLimits, new RuleMasking());
  const report = new Report(new StderrLogger());
  return {
    clock: systemClock,
    capturer,
    report,
    writer: new SpanWriter({ capturer, report, spanBytes: 262_144 }),
    policy: { includeInputs: true, includeOutputs: true, recordExceptions: 'full' },
    lost: undefined,
    run: (_span, run) => run(),
    block: runBlock,
    beginInstead: () => undefined,
    started: () => {},
    ended: () => {},
    showOpen: () => {},
    revised: () => {},
    amended: () => {},
    spansOf: () => [],
    delivered: ({ traceId }) => Promise.resolve({ ok: true, traceId, exported: false }),
  };
}

/** Ends the span with what `run` gives or throws. Streams are followed by tracers alone: here they end it at once. */
function runBlock<Result>(span: Concluding, run: () => Result): Result;
function runBlock(span: Concluding, run: () => unknown): unknown {
  const succeed = (output: unknown): unknown => {
    span.conclude({ outcome: 'ok', output });
    return output;
  };
  const fail = (error: unknown): never => {
    span.conclude({ outcome: 'error', thrown: { error } });
    throw error;
  };
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    return fail(error);
  }
  return isPlainPromise(result) ? result.then(succeed, fail) : succeed(result);
}

/** A subclass has methods of its own that a derived promise would lose. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise && Object.getPrototypeOf(value) === Promise.prototype;
}
