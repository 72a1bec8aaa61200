import type { TraceRecord } from '../span/trace-record.ts';
import { isDictionary } from '../base/object.ts';

const times = new Set(['start_time', 'time']);
const durations = new Set(['started_at', 'ended_at', 'duration_ms', 'ttft_ms', 'longest_gap_ms']);

/**
 * The trace's record as data that is the same each time: ids by the order in which they come, no times, no durations, no
 * stacks. For a snapshot.
 *
 * @example
 * ```ts
 * import { createTracer, InMemoryTraceExporter } from 'clew';
 * import { stable } from 'clew/testing';
 * const exporter = new InMemoryTraceExporter();
 * createTracer({ exporter }).trace('run', () => 'done');
 * const [trace] = exporter.traces;
 * if (trace !== undefined) console.log(JSON.stringify(stable(trace)).includes(trace.traceId)); // false
 * ```
 */
export function stable(trace: TraceRecord): unknown {
  const names = new Map([[trace.traceId, '<trace>']]);
  for (const [index, { spanId }] of trace.spans.entries()) names.set(spanId, `<span ${index + 1}>`);
  return stabilised(trace.toJSON(), names);
}

function stabilised(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return withNames(value, names);
  if (Array.isArray(value)) return value.map((item: unknown) => stabilised(item, names));
  if (!isDictionary(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, stabilisedField(key, item, names)]);
  return Object.fromEntries(entries);
}

function stabilisedField(key: string, value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (times.has(key) && typeof value === 'string') return '<time>';
  if (durations.has(key) && typeof value === 'number') return '<ms>';
  if (key === 'stack' && typeof value === 'string') return '<stack>';
  if (key === 'sdk') return '<sdk>';
  return stabilised(value, names);
}

/** Ids stand in texts too, such as a `traceparent` that was passed on. */
function withNames(text: string, names: ReadonlyMap<string, string>): string {
  if (text.length < 16) return text;
  let named = text;
  for (const [id, name] of names) named = named.replaceAll(id, name);
  return named;
}
