import { formatTime, type TimeAnchor } from '../base/clock.ts';
import { SDK } from '../base/version.ts';
import type { Usage } from '../capture/usage/usage.ts';
import { wellFormedJson } from '../capture/well-formed.ts';
import { evaluationsText, type Evaluation } from './evaluation.ts';
import type { SpanLink } from './fields.ts';
import { parseFrozen, parseObject, parseWire, type Json, type JsonObject } from './json.ts';
import type { Level, Outcome } from './kind.ts';
import type { SpanRecord } from './record.ts';
import { markAggregates, summarise } from './summary.ts';
import type { SamplingDecision, Service, TraceFields } from './trace-fields.ts';
import { toolUsesOf, type ToolUse } from './tool-use.ts';
import { renderTree, type TreePaint } from './tree.ts';
import type { TraceVoice } from './voice.ts';
import { summariseCall } from './voice-rollup.ts';
import { callText } from './voice-text.ts';
import { linksText, msText, numberText, quote, usageText } from './wire.ts';

const sdkText = JSON.stringify(SDK);

/**
 * A trace as plain frozen data: one user-facing interaction with its spans in the order in which they started.
 * Its level, input and output are those of its root.
 */
export class TraceRecord implements Readonly<TraceFields> {
  readonly rev: number;
  readonly traceId: string;
  readonly runId: string;
  readonly name: string;
  readonly kind: 'text' | 'voice';
  readonly service: Service;
  readonly sessionId: string | null;
  readonly sessionName: string | null;
  readonly userId: string | null;
  readonly tags: readonly string[];
  readonly metadataText: string | null;
  readonly links: readonly SpanLink[];
  readonly anchor: TimeAnchor;
  readonly startedAt: number;
  readonly durationMs: number | null;
  readonly level: Level;
  readonly outcome: Outcome;
  readonly statusMessage: string | null;
  /** Spans of level ERROR, handled ones too. */
  readonly errorCount: number;
  readonly inputText: string | null;
  readonly outputText: string | null;
  readonly usage: Usage | null;
  readonly costUsd: number | null;
  readonly unpriced: readonly string[];
  /** What was thought of it, in the order in which it was told. */
  readonly evaluations: readonly Evaluation[];
  readonly sampling: SamplingDecision;
  readonly droppedSpans: number;
  /** True when this record only adds spans to one that was exported before. */
  readonly amends: boolean;
  /** What is known of a call as a whole; null for a trace that is none. */
  readonly voice: TraceVoice | null;
  readonly spans: readonly SpanRecord[];
  #input: Json | undefined;
  #output: Json | undefined;

  constructor(fields: Readonly<TraceFields>) {
    this.rev = fields.rev;
    this.traceId = fields.traceId;
    this.runId = fields.runId;
    this.name = fields.name;
    this.kind = fields.kind;
    this.service = fields.service;
    this.sessionId = fields.sessionId;
    this.sessionName = fields.sessionName;
    this.userId = fields.userId;
    this.tags = fields.tags;
    this.metadataText = fields.metadataText;
    this.links = fields.links;
    this.anchor = fields.anchor;
    this.startedAt = fields.startedAt;
    this.durationMs = fields.durationMs;
    this.level = fields.level;
    this.outcome = fields.outcome;
    this.statusMessage = fields.statusMessage;
    this.errorCount = fields.errorCount;
    this.inputText = fields.inputText;
    this.outputText = fields.outputText;
    this.usage = fields.usage;
    this.costUsd = fields.costUsd;
    this.unpriced = fields.unpriced;
    this.evaluations = fields.evaluations;
    this.sampling = fields.sampling;
    this.droppedSpans = fields.droppedSpans;
    this.amends = fields.amends;
    this.voice = fields.voice;
    this.spans = fields.spans;
    Object.freeze(this);
  }

  /** The root's input; frozen. */
  get input(): Json {
    return (this.#input ??= parseFrozen(this.inputText));
  }

  /** The root's output; frozen. */
  get output(): Json {
    return (this.#output ??= parseFrozen(this.outputText));
  }

  get metadata(): JsonObject {
    return parseObject(this.metadataText);
  }

  /** Wall-clock time at which it started: ISO 8601 with microseconds. */
  get startTime(): string {
    return formatTime(this.anchor, this.startedAt);
  }

  /** The first span without a parent among the spans, or null (L67). */
  get rootSpan(): SpanRecord | null {
    const known = new Set(this.spans.map((span) => span.spanId));
    return this.spans.find((span) => span.parentId === null || !known.has(span.parentId)) ?? null;
  }

  /** The tools that its answers asked for, each with the span that ran it where there is one (G20). */
  get toolUses(): readonly ToolUse[] {
    return toolUsesOf(this.spans);
  }

  /** The spans as an indented tree: `name  [142ms]  ERROR: message`. */
  asTree(paint?: TreePaint<SpanRecord>): string {
    return renderTree(this.spans, paint);
  }

  /** About how many characters it holds. Its input and output are its root's, and the same text. */
  get length(): number {
    return this.spans.reduce((sum, span) => sum + span.length, this.metadataText?.length ?? 0);
  }

  /** The record as wire text: one line of NDJSON without its line end. */
  text(): string {
    const { service, sampling } = this;
    let spans = '';
    for (const span of this.spans) spans += spans === '' ? span.text() : `,${span.text()}`;
    return (
      `{"v":1,"rev":${this.rev},"trace_id":"${this.traceId}","run_id":${quote(this.runId)},"name":${quote(this.name)},` +
      `"kind":"${this.kind}","service":${quote(service.name)},"environment":${quote(service.environment)},` +
      `"version":${quote(service.version)},"tenant_id":${wellFormedJson(JSON.stringify(service.tenantId))},"sdk":${sdkText},` +
      `"session_id":${quote(this.sessionId)},"session_name":${quote(this.sessionName)},"user_id":${quote(this.userId)},` +
      `"tags":${this.tags.length === 0 ? '[]' : wellFormedJson(JSON.stringify(this.tags))},"metadata":${this.metadataText ?? '{}'},` +
      `"links":${linksText(this.links)},"start_time":"${this.startTime}","duration_ms":${msText(this.durationMs)},` +
      `"level":"${this.level}","outcome":"${this.outcome}","status_message":${quote(this.statusMessage)},` +
      `"error_count":${this.errorCount},"input":${this.inputText ?? 'null'},"output":${this.outputText ?? 'null'},` +
      `"usage":${usageText(this.usage)},"cost_usd":${numberText(this.costUsd)},` +
      `"unpriced":${this.unpriced.length === 0 ? '[]' : wellFormedJson(JSON.stringify(this.unpriced))},"evaluations":${evaluationsText(this.evaluations)},` +
      `"sampling":{"rate":${sampling.rate},"reason":"${sampling.reason}"},"dropped_spans":${this.droppedSpans},` +
      `"amends":${this.amends},"voice":${callText(this.voice)},"spans":[${spans}]}`
    );
  }

  /** The record as wire data, new at each call and free to change. */
  toJSON(): JsonObject {
    return parseWire(this.text());
  }
}

/**
 * One trace out of a trace and what came after it: spans are merged by id, the later one wins. Stores and the
 * in-memory exporter use it to amend in place.
 */
export function mergeTraces(earlier: TraceRecord, later: TraceRecord): TraceRecord {
  const [older, newer] = earlier.rev <= later.rev ? [earlier, later] : [later, earlier];
  const byId = new Map(older.spans.map((span) => [span.spanId, span]));
  for (const span of newer.spans) byId.set(span.spanId, span);
  const merged = markAggregates(sortByStart([...byId.values()]));
  const call = newer.voice ?? older.voice;
  const { voice, spans } = call === null ? { voice: null, spans: merged } : summariseCall(call, merged);
  return new TraceRecord({
    ...newer,
    inputText: newer.inputText ?? older.inputText,
    outputText: newer.outputText ?? older.outputText,
    // A later record has the earlier ones too, unless it is another process's.
    evaluations: newer.evaluations.length === 0 ? older.evaluations : newer.evaluations,
    ...summarise(spans),
    droppedSpans: Math.max(older.droppedSpans, newer.droppedSpans),
    amends: older.amends && newer.amends,
    voice,
    spans: Object.freeze(spans),
  });
}

export function countSpans(traces: readonly TraceRecord[]): number {
  return traces.reduce((sum, { spans }) => sum + spans.length, 0);
}

export function sortByStart(spans: SpanRecord[]): SpanRecord[] {
  return spans.sort((one, other) => one.startedAt - other.startedAt);
}
