import type { Report } from '../base/report.ts';
import { fence } from '../base/fence.ts';
import { messageOf } from '../base/message.ts';
import { untraced } from '../base/shared.ts';
import type { TraceExporter } from '../exporters/exporter.ts';
import type { Delivery } from '../span/head.ts';
import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { getTraceStore, type TraceStore } from '../store/trace-store.ts';
import { Lane, type LaneStats } from './lane.ts';

/** What became of spans: a flush tells it, and never rejects. */
export interface FlushResult {
  /** Spans that the exporters took, since the tracer was made: one that two exporters took counts twice. */
  readonly sent: number;
  readonly dropped: number;
  /** Spans that no exporter had answered for when the time was over. */
  readonly pending: number;
  /** Why spans were dropped, and how many for each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** All exporters of a tracer: those that amend in place get a trace at its root's end, the others when it is complete. */
export class Lanes {
  readonly #report: Report;
  readonly #all: readonly Lane[];
  readonly #instant: readonly Lane[];
  readonly #patient: readonly Lane[];
  readonly #store: TraceStore | undefined;
  readonly streamsStarts: boolean;
  readonly streamsSpans: boolean;

  constructor(exporters: readonly TraceExporter[], store: TraceStore | undefined, report: Report, quietScope: object) {
    this.#report = report;
    this.#store = store;
    this.#all = exporters.map((exporter) => new Lane(exporter, report, quietScope));
    this.#instant = this.#all.filter(({ exporter }) => exporter.amendsInPlace === true);
    this.#patient = this.#all.filter(({ exporter }) => exporter.amendsInPlace !== true);
    this.streamsStarts = exporters.some((exporter) => exporter.exportStart !== undefined);
    this.streamsSpans = exporters.some((exporter) => exporter.exportSpan !== undefined);
  }

  get hasPatient(): boolean {
    return this.#patient.length > 0;
  }

  exportStart(span: SpanRecord): void {
    for (const lane of this.#all) lane.exportStart(span);
  }

  exportSpan(span: SpanRecord): void {
    for (const lane of this.#all) lane.exportSpan(span);
  }

  /** To the stores, and to the exporters that amend in place. */
  exportNow(trace: TraceRecord): Delivery {
    this.#keep(this.#store, trace);
    const store = getTraceStore();
    if (store !== this.#store) this.#keep(store, trace);
    return exportTo(this.#instant, trace);
  }

  /** To the exporters that want a trace once. */
  exportComplete(trace: TraceRecord): Delivery {
    return exportTo(this.#patient, trace);
  }

  async flush(): Promise<void> {
    await Promise.all(this.#all.map((lane) => lane.flush()));
  }

  flushSync(): void {
    for (const lane of this.#all) lane.flushSync();
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#all.map((lane) => lane.shutdown()));
  }

  stats(): readonly LaneStats[] {
    return this.#all.map((lane) => lane.stats());
  }

  result(waiting: number): FlushResult {
    const reasons: Record<string, number> = {};
    let [sent, dropped, pending] = [0, 0, waiting];
    for (const stats of this.stats()) {
      sent += stats.sent;
      dropped += stats.dropped;
      pending += stats.pending;
      for (const [reason, count] of Object.entries(stats.reasons)) reasons[reason] = (reasons[reason] ?? 0) + count;
    }
    return { sent, dropped, pending, reasons };
  }

  #keep(store: TraceStore | undefined, trace: TraceRecord): void {
    if (store === undefined) return;
    fence({ report: this.#report, code: 'store-failed', what: 'the trace store' }, () =>
      untraced(() => store.add(trace)),
    );
  }
}

function exportTo(lanes: readonly Lane[], trace: TraceRecord): Delivery {
  const delivery: Delivery = { settled: undefined, error: null };
  const waiting: Promise<void>[] = [];
  const onFailure = (error: unknown): void => {
    delivery.error ??= messageOf(error);
  };
  for (const lane of lanes) {
    const answer = lane.export(trace, onFailure);
    if (answer !== undefined) waiting.push(answer);
  }
  delivery.settled = waiting.length === 0 ? undefined : Promise.all(waiting).then(() => {});
  return delivery;
}
