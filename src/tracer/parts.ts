import type { Clock } from '../base/clock.ts';
import type { Report } from '../base/report.ts';
import type { Capturer } from '../capture/capturer.ts';
import type { TraceExporter } from '../exporters/exporter.ts';
import type { Lanes } from '../pipeline/lanes.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Sampling } from '../pipeline/sampling.ts';
import type { CapturePolicy } from '../span/host.ts';
import type { SessionOption } from '../span/span-options.ts';
import type { SpanWriter } from '../span/span-writer.ts';
import type { Service } from '../span/trace-fields.ts';
import type { TraceStore } from '../store/trace-store.ts';

/** What every trace of a tracer begins with. */
export interface TraceDefaults {
  readonly service: Service;
  readonly session: SessionOption | undefined;
  readonly tags: readonly string[];
  readonly metadata: object | undefined;
  readonly runId: string | undefined;
}

/** Everything a tracer is put together from; `init` and `createTracer` do it. */
export interface TracerParts {
  readonly clock: Clock;
  readonly report: Report;
  readonly capturer: Capturer;
  readonly writer: SpanWriter;
  readonly policy: CapturePolicy;
  readonly sampling: Sampling;
  readonly pipeline: Pipeline;
  readonly lanes: Lanes;
  readonly exporters: readonly TraceExporter[];
  readonly store: TraceStore | undefined;
  readonly defaults: TraceDefaults;
  /** Told when the tracer was shut down. */
  readonly onStop: (tracer: object) => void;
}
