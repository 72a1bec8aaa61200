export { ClewConfigError } from './base/config-error.ts';
export type { Logger } from './base/logger.ts';
export type { ReportCounts } from './base/report.ts';
export type { ExceptionRecord } from './capture/exception.ts';
export type { CaptureLimits } from './capture/limits.ts';
export type { MaskRules } from './capture/masking.ts';
export type { MaskPattern } from './capture/patterns.ts';
export type { ToolCall } from './capture/usage/tool-call.ts';
export type { Usage } from './capture/usage/usage.ts';
export {
  generation,
  redact,
  span,
  trace,
  traced,
  type MemberDecorator,
  type NamedDecorator,
  type Traced,
} from './decorators/decorator.ts';
export type { WrapOptions } from './decorators/wrap.ts';
export type { AudioRecording } from './exporters/audio-recording.ts';
export { ConsoleTraceExporter, type ConsoleOptions } from './exporters/console.ts';
export {
  isTraceExporter,
  type ExporterReport,
  type ExportResult,
  type ExportRetry,
  type TraceExporter,
} from './exporters/exporter.ts';
export { FanOutTraceExporter } from './exporters/fan-out.ts';
export { FileTraceExporter, type FileOptions } from './exporters/file.ts';
export { HttpTraceExporter, type HttpOptions } from './exporters/http.ts';
export { InMemoryTraceExporter } from './exporters/memory.ts';
export { SqliteTraceExporter, type SqliteOptions } from './exporters/sqlite.ts';
export { createTracer, getTracer, init } from './init.ts';
export type { Limits, Mode, TracerOptions } from './options.ts';
export type { LaneStats } from './pipeline/account.ts';
export type { FlushResult } from './pipeline/lanes.ts';
export type { MaskableRecord, RecordMask } from './pipeline/record-masker.ts';
export type { Sampler } from './pipeline/sampling.ts';
export type { ModelPrice, OwnPrices } from './pricing/prices.ts';
export type { Evaluation } from './span/evaluation.ts';
export type { SpanLink } from './span/fields.ts';
export type { EndResult } from './span/host.ts';
export type { Json, JsonObject } from './span/json.ts';
export { SpanKind, type Level, type Outcome, type SpanType } from './span/kind.ts';
export type { EventRecord, SpanRecord } from './span/record.ts';
export type { NewSpan } from './span/open-fields.ts';
export { Span } from './span/span.ts';
export type {
  EndOptions,
  GenerationFields,
  GenerationOptions,
  SessionOption,
  SpanOptions,
  SpanUpdate,
  TraceOptions,
  TraceUpdate,
  UsageLike,
} from './span/span-options.ts';
export type { ToolUse } from './span/tool-use.ts';
export { Trace, type NewTrace } from './span/trace.ts';
export type { SamplingDecision, Service } from './span/trace-fields.ts';
export type { TraceRecord } from './span/trace-record.ts';
export type { SpanVoice, StageVoice, TraceVoice, TurnVoice } from './span/voice.ts';
export { getTraceStore, setTraceStore, TraceStore, type TraceStoreOptions } from './store/trace-store.ts';
export { TraceContext, traceSpan, type ContextSpan, type ContextSummary } from './trace-context.ts';
export { currentSpan, currentTrace, withTracer } from './tracer/active.ts';
export { pinoMixin } from './tracer/pino-mixin.ts';
export type { DrainOptions, TracerStats } from './tracer/tracer-stats.ts';
export type { Tracer } from './tracer/tracer.ts';
