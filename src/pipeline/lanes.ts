import type { Clock } from '../base/clock.ts';
import { fence } from '../base/fence.ts';
import type { Report } from '../base/report.ts';
import { untraced } from '../base/shared.ts';
import type { TraceExporter } from '../exporters/exporter.ts';
import type { Delivery } from '../span/head.ts';
import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { getTraceStore, type TraceStore } from '../store/trace-store.ts';
import type { LaneStats } from './account.ts';
import { AudioDelivery } from './audio-delivery.ts';
import { DirectLane } from './direct-lane.ts';
import { FencedExporter } from './fenced-exporter.ts';
import type { Lane } from './lane.ts';
import { isBatchExporter, QueueLane, type QueueSettings } from './queue-lane.ts';

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

export interface LaneParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly report: Report;
  /** The context that exporters run in: nothing is traced there. */
  readonly quietScope: object;
  readonly queue: QueueSettings;
}

/** All exporters of a tracer: those that amend in place get a trace at its root's end, the others when it is complete. */
export class Lanes {
  readonly #report: Report;
  readonly #exporters: readonly TraceExporter[];
  readonly #all: readonly Lane[];
  readonly #instant: readonly Lane[];
  readonly #patient: readonly Lane[];
  readonly #open: readonly Lane[];
  readonly #streamedStarts: readonly Lane[];
  readonly #streamedSpans: readonly Lane[];
  readonly #store: TraceStore | undefined;
  readonly #audio: AudioDelivery;

  constructor(exporters: readonly TraceExporter[], store: TraceStore | undefined, parts: LaneParts) {
    this.#report = parts.report;
    this.#store = store;
    this.#exporters = exporters;
    const fenced = exporters.map((exporter) => new FencedExporter(exporter, parts.report, parts.quietScope));
    this.#all = fenced.map((exporter) => createLane(exporter, parts));
    this.#audio = new AudioDelivery(fenced, parts.report);
    this.#instant = this.#all.filter(({ isInstant }) => isInstant);
    this.#patient = this.#all.filter(({ isInstant }) => !isInstant);
    this.#open = this.#all.filter((_, index) => exporters[index]?.takesOpenTraces === true);
    this.#streamedStarts = this.#all.filter(({ streamsStarts }) => streamsStarts);
    this.#streamedSpans = this.#all.filter(({ streamsSpans }) => streamsSpans);
  }

  get streamsStarts(): boolean {
    return this.#streamedStarts.length > 0;
  }

  get streamsSpans(): boolean {
    return this.#streamedSpans.length > 0;
  }

  get takesOpenTraces(): boolean {
    return this.#open.length > 0;
  }

  get hasPatient(): boolean {
    return this.#patient.length > 0;
  }

  exportStart(span: SpanRecord): void {
    for (const lane of this.#streamedStarts) lane.exportStart(span);
  }

  exportSpan(span: SpanRecord): void {
    for (const lane of this.#streamedSpans) lane.exportSpan(span);
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

  /** A trace that goes on. */
  exportOpen(trace: TraceRecord): void {
    exportTo(this.#open, trace);
  }

  /** Where recordings of calls go. */
  get audio(): AudioDelivery {
    return this.#audio;
  }

  /** Somebody waits for a trace: what is queued is sent now. */
  hasten(): void {
    for (const lane of this.#all) lane.hasten();
  }

  async flush(timeoutMs: number): Promise<void> {
    await Promise.all([this.#audio.flush(), ...this.#all.map((lane) => this.#settled(lane.flush(timeoutMs)))]);
  }

  flushSync(): void {
    this.#audio.abandon();
    for (const lane of this.#all) lane.flushSync();
  }

  /** Exporters in `kept` are flushed, and stay open for the other tracers that write to them. */
  async shutdown(timeoutMs: number, kept: ReadonlySet<TraceExporter>): Promise<void> {
    this.#audio.close();
    const closing = this.#all.map((lane, index) => {
      const exporter = this.#exporters[index];
      const isKept = exporter !== undefined && kept.has(exporter);
      return this.#settled(isKept ? lane.flush(timeoutMs) : lane.shutdown(timeoutMs));
    });
    await Promise.all([this.#audio.settled(), ...closing]);
  }

  /** One lane that fails costs no other one its time. */
  async #settled(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#report.warn('own-failure', 'a queue could not be emptied; what is in it stays pending', error);
    }
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

/** An exporter that takes batches has a queue in front of it. */
function createLane(fenced: FencedExporter, { report, clock, queue }: LaneParts): Lane {
  const { exporter } = fenced;
  return isBatchExporter(exporter) ? new QueueLane(fenced, exporter, queue, report, clock) : new DirectLane(fenced);
}

function exportTo(lanes: readonly Lane[], trace: TraceRecord): Delivery {
  const delivery: Delivery = { settled: undefined, error: null };
  const waiting: Promise<void>[] = [];
  const onFailure = (reason: string): void => {
    delivery.error ??= reason;
  };
  for (const lane of lanes) {
    const answer = lane.export(trace, onFailure);
    if (answer !== undefined) waiting.push(answer);
  }
  delivery.settled = waiting.length === 0 ? undefined : Promise.all(waiting).then(() => {});
  return delivery;
}
