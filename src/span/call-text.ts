import type { SpanRecord } from './record.ts';
import type { TraceRecord } from './trace-record.ts';
import { usdText } from './consumption-text.ts';
import { visible } from './tree.ts';
import { isTurn, type TurnVoice, type TraceVoice } from './voice.ts';

/** Paints the parts of a call's text; the default leaves them as they are. */
export interface CallPaint {
  /** The agent's and the user's own words. */
  agent(text: string): string;
  user(text: string): string;
  /** What is aside: models, times. */
  detail(text: string): string;
  /** Barge-ins, and what else happened in a turn. */
  event(text: string): string;
  error(text: string): string;
}

const plain: CallPaint = {
  agent: (text) => text,
  user: (text) => text,
  detail: (text) => text,
  event: (text) => text,
  error: (text) => text,
};

const barWidth = 24;
const longestTranscript = 200;
const speechEvents = /^(?:user|agent)_speech_(?:start|end)$/;

interface Turn {
  readonly span: SpanRecord;
  readonly voice: TurnVoice;
}

/**
 * A call as people read it: each turn with what was said, when, and how long the agent kept the user waiting; under it
 * its stages, drawn on the turn's own time, with model and cost. `(no call)` for a trace that is none.
 *
 * @example
 * ```ts
 * import { createTracer, InMemoryTraceExporter } from 'clew';
 * import { renderCall, VoiceClient } from 'clew/voice';
 * const exporter = new InMemoryTraceExporter();
 * const client = new VoiceClient({ tracer: createTracer({ exporter }) });
 * const session = client.startSession({ agentId: 'support' });
 * session.agentTurn((turn) => turn.setTranscript('Hello, how can I help?'));
 * await session.end({ reason: 'user_left' });
 * for (const trace of exporter.traces) console.log(renderCall(trace));
 * ```
 */
export function renderCall(trace: TraceRecord, paint: CallPaint = plain): string {
  if (trace.voice === null) return '(no call)';
  const children = Map.groupBy(trace.spans, ({ parentId }) => parentId);
  const turns = trace.spans.flatMap((span): Turn[] => (isTurn(span.voice) ? [{ span, voice: span.voice }] : []));
  const own = (children.get(trace.rootSpan?.spanId ?? '') ?? []).filter(({ voice }) => !isTurn(voice));
  return [
    ...renderHead(trace, trace.voice, paint),
    ...turns.flatMap((turn) => ['', ...renderTurn(turn, children.get(turn.span.spanId) ?? [], trace, paint)]),
    ...(own.length === 0 ? [] : ['', 'outside of turns', ...renderStages(own, paint)]),
  ].join('\n');
}

function renderHead(trace: TraceRecord, { rollup, ...call }: TraceVoice, paint: CallPaint): readonly string[] {
  const { ttfaMs, interruptLatencyMs, costUsd } = rollup;
  const end = call.status === 'active' ? 'still active' : `ended: ${visible(call.endReason ?? 'no reason given')}`;
  const sound = call.audio === null ? [] : [`${call.audio.codec} ${secondsText(call.audio.durationMs ?? 0)}`];
  const first = [visible(call.agentId), secondsText(trace.durationMs ?? 0), end, ...sound];
  const interruptions = `${countText(rollup.interruptions, 'interruption')}${latencyText(interruptLatencyMs.p50)}`;
  const second = [
    `${countText(rollup.userTurns, 'user turn')}, ${countText(rollup.agentTurns, 'agent turn')}`,
    `${interruptions}, ${rollup.failedInterrupts} failed`,
    ttfaMs.n === 0 ? 'nobody waited' : `TTFA p50 ${msText(ttfaMs.p50)}, p95 ${msText(ttfaMs.p95)}`,
    `${usdText(costUsd.total)}: stt ${usdText(costUsd.stt)}, llm ${usdText(costUsd.llm)}, tts ${usdText(costUsd.tts)}`,
  ];
  const unpriced = trace.unpriced.map((model) => visible(model)).join(', ');
  return [first.join('  '), paint.detail(second.join('   ')), ...(unpriced === '' ? [] : [`unpriced: ${unpriced}`])];
}

function renderTurn(
  { span, voice }: Turn,
  stages: readonly SpanRecord[],
  trace: TraceRecord,
  paint: CallPaint,
): readonly string[] {
  const at = secondsText(span.startedAt - trace.startedAt).padStart(8);
  const said = voice.transcript === null ? '(nothing was heard)' : shortened(visible(voice.transcript));
  const facts = [
    secondsText(span.durationMs ?? 0),
    ...(voice.ttfaMs === null ? [] : [`TTFA ${msText(voice.ttfaMs)}`]),
    ...(voice.e2eLatencyMs === null ? [] : [`end to end ${msText(voice.e2eLatencyMs)}`]),
    ...(voice.interrupted ? ['interrupted'] : []),
  ];
  const error = span.error === null ? [] : [paint.error(`${' '.repeat(17)}ERROR: ${visible(span.error)}`)];
  const words = voice.role === 'agent' ? paint.agent(said) : paint.user(said);
  return [
    `${at}  ${voice.role.padEnd(5)}  ${words}  ${paint.detail(facts.join('  '))}`,
    ...error,
    ...renderEvents(span, trace, paint),
    ...renderStages(stages, paint),
  ];
}

function renderEvents(span: SpanRecord, trace: TraceRecord, paint: CallPaint): readonly string[] {
  return span.eventFields
    .filter(({ name }) => !speechEvents.test(name))
    .map(({ name, at }) => {
      const when = secondsText(at - trace.startedAt).padStart(8);
      return paint.event(`${when}         ${visible(name)}`);
    });
}

/** Each on one line, drawn on the time from the first one's start to the last one's end. */
function renderStages(stages: readonly SpanRecord[], paint: CallPaint): readonly string[] {
  const from = Math.min(...stages.map(({ startedAt }) => startedAt));
  const to = Math.max(...stages.map(({ startedAt, endedAt }) => endedAt ?? startedAt));
  const scale = to > from ? barWidth / (to - from) : 0;
  const names = Math.max(...stages.map(({ name }) => name.length));
  return stages.map((span) => {
    const start = Math.min(barWidth - 1, Math.floor((span.startedAt - from) * scale));
    const length = Math.max(1, Math.round((span.durationMs ?? 0) * scale));
    const bar = `${'·'.repeat(start)}${'▇'.repeat(length)}`.slice(0, barWidth).padEnd(barWidth, '·');
    const facts = paint.detail(stageFacts(span).join('  '));
    const error = span.error === null ? '' : `  ${paint.error(`ERROR: ${visible(span.error)}`)}`;
    return `${' '.repeat(17)}${bar}  ${visible(span.name).padEnd(names)}  ${facts}${error}`;
  });
}

function stageFacts({ durationMs, ttftMs, kind, model, usage, costUsd }: SpanRecord): readonly string[] {
  const first = kind === 'tts' ? 'first byte' : 'first token';
  const { inputTokens, outputTokens } = usage ?? {};
  return [
    msText(durationMs ?? 0).padStart(8),
    ...(model === null ? [] : [visible(model)]),
    ...(ttftMs === null ? [] : [`${first} ${msText(ttftMs)}`]),
    ...(inputTokens === undefined || outputTokens === undefined ? [] : [`${inputTokens} → ${outputTokens} tokens`]),
    ...(costUsd === null ? [] : [usdText(costUsd)]),
  ];
}

function shortened(text: string): string {
  return text.length <= longestTranscript ? text : `${text.slice(0, longestTranscript)}…`;
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function latencyText(ms: number | null): string {
  return ms === null ? '' : ` (${msText(ms)})`;
}

function msText(ms: number | null): string {
  return ms === null ? '?' : `${Math.round(ms)} ms`;
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
