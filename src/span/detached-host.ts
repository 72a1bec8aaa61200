import { systemClock } from '../base/clock.ts';
import { StderrLogger } from '../base/logger.ts';
import { Report } from '../base/report.ts';
import { Capturer } from '../capture/capturer.ts';
import { defaultCaptureLimits } from '../capture/limits.ts';
import { RuleMasking } from '../capture/masking.ts';
import type { SpanHost } from './host.ts';
import { SpanWriter } from './span-writer.ts';

let host: SpanHost<never> | undefined;

/** The host of spans and traces that are built by hand: they are measured and masked, and go nowhere. */
export function detachedHost(): SpanHost<never> {
  return (host ??= createDetachedHost());
}

function createDetachedHost(): SpanHost<never> {
  const capturer = new Capturer(defaultCaptureLimits, new RuleMasking());
  const report = new Report(new StderrLogger('warn'));
  return {
    clock: systemClock,
    capturer,
    report,
    writer: new SpanWriter(capturer, report, 262_144),
    policy: { includeInputs: true, includeOutputs: true, recordExceptions: 'full' },
    run: (_span, run) => run(),
    block: (_span, run) => run(),
    started: () => {},
    ended: () => {},
    spansOf: () => [],
    delivered: ({ traceId }) => Promise.resolve({ ok: true, traceId, exported: false }),
  };
}
