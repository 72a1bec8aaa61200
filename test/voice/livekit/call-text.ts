import type { EventRecord, SpanRecord, TraceRecord } from 'clew';

/**
 * A whole call as text, times in milliseconds since its start: the call, then its turns with their events and, below
 * them, what was done for them. Turns are named by role and start. What is not there is not written.
 */
export function callText(trace: TraceRecord): string {
  return new CallText(trace).text();
}

class CallText {
  readonly #trace: TraceRecord;
  readonly #root: SpanRecord;
  readonly #names: ReadonlyMap<string, string>;

  constructor(trace: TraceRecord) {
    const [root] = trace.spans;
    if (root === undefined) throw new Error('a call has a root');
    this.#trace = trace;
    this.#root = root;
    this.#names = new Map(trace.spans.map((span) => [span.spanId, this.#nameOf(span)]));
  }

  text(): string {
    const { voice, unpriced, costUsd } = this.#trace;
    const head = words(
      voice?.agentId,
      this.#times(this.#root),
      voice?.transport,
      voice?.status,
      voice?.endReason,
      dollars(costUsd),
      unpriced.length === 0 ? undefined : `unpriced ${unpriced.join(', ')}`,
      problemOf(this.#root),
    );
    return [head, ...this.#below(this.#root)].join('\n');
  }

  #nameOf({ name, startedAt }: SpanRecord): string {
    return `${name.replace('_turn', '')}@${ms(startedAt - this.#root.startedAt)}`;
  }

  #times({ startedAt, endedAt }: SpanRecord): string {
    const from = ms(startedAt - this.#root.startedAt);
    return endedAt === null ? `${from}–` : `${from}–${ms(endedAt - this.#root.startedAt)}`;
  }

  #below(parent: SpanRecord): readonly string[] {
    const events = parent.events.map((event, index) => this.#event(event, parent.eventFields[index]?.at ?? 0));
    const spans = this.#trace.spans.filter(({ parentId }) => parentId === parent.spanId);
    return [...events, ...spans.flatMap((span) => [this.#span(span), ...this.#below(span)])].map((line) => `  ${line}`);
  }

  #event({ name, input, level }: EventRecord, at: number): string {
    const time = ms(at - this.#root.startedAt);
    return words(time, name, level === 'DEFAULT' ? undefined : level, input === null ? undefined : this.#fields(input));
  }

  #span(span: SpanRecord): string {
    const { voice } = span;
    if (voice !== null && 'role' in voice) return this.#turn(span);
    const model = [span.provider, span.model].map((name) => name ?? '?').join('/');
    return words(
      span.name,
      this.#times(span),
      model === '?/?' ? undefined : model,
      voice === null ? undefined : this.#fields(voice.payload),
      dollars(span.costUsd),
      span.responseId === null ? undefined : `response ${span.responseId}`,
      voice === null ? `${this.#fields(span.input)} → ${this.#fields(span.output)}` : undefined,
      this.#fields(span.metadata),
      problemOf(span),
    );
  }

  #turn(span: SpanRecord): string {
    const { voice } = span;
    if (voice === null || !('role' in voice)) return '';
    const { transcript, ttfaMs, e2eLatencyMs, interruptsTurnId, interruptLatencyMs } = voice;
    return words(
      voice.role,
      this.#times(span),
      transcript === null ? undefined : JSON.stringify(transcript),
      text('sure', voice.confidence),
      voice.language,
      text('speech', voice.speechId),
      text('ttfa', ttfaMs),
      text('e2e', e2eLatencyMs),
      voice.interrupted ? 'interrupted' : undefined,
      interruptsTurnId === null ? undefined : `interrupts ${this.#named(interruptsTurnId)} in ${interruptLatencyMs}`,
      dollars(voice.costUsd),
      problemOf(span),
    );
  }

  #named(id: string): string {
    return this.#names.get(id) ?? id;
  }

  #fields(value: unknown): string {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
    return Object.entries(value)
      .map(([key, field]) => `${key}=${typeof field === 'string' ? this.#text(field) : JSON.stringify(field)}`)
      .join(' ');
  }

  #text(field: string): string {
    return this.#names.get(field) ?? JSON.stringify(field);
  }
}

function words(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== null && part !== '').join(' ');
}

function text(name: string, value: number | string | null): string | undefined {
  return value === null ? undefined : `${name} ${value}`;
}

function problemOf({ outcome, error }: SpanRecord): string | undefined {
  if (outcome === 'ok') return undefined;
  return words(outcome.toUpperCase(), error);
}

/** Nothing where nothing was paid. */
function dollars(costUsd: number | null): string | undefined {
  return costUsd === null || costUsd === 0 ? undefined : `$${Number(costUsd.toFixed(9))}`;
}

function ms(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}
