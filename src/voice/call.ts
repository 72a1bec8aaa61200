import type { TraceHead } from '../span/head.ts';
import type { SpanWriter } from '../span/span-writer.ts';
import { mergeObjectTexts } from '../span/span-writer.ts';
import { mergeTags } from '../span/trace.ts';
import type { CallAudio, CallVoice } from '../span/voice.ts';
import type { SessionOptions, TransportObservation } from './options.ts';
import { amount } from './payload.ts';

const silent: CallVoice = Object.freeze({
  status: 'active',
  endReason: null,
  agentId: '',
  agentVersion: null,
  transport: null,
  roomId: null,
  externalSessionId: null,
  transportQuality: null,
  audio: null,
});

/** What a call asks of its tracer. */
interface CallHost {
  readonly writer: SpanWriter;
  /** Something was learned when the call was over. */
  amended(head: TraceHead): void;
}

/** What a trace says of the call that it is. Where tracing is off there is no head, and nothing is kept. */
export class Call {
  readonly #head: TraceHead | undefined;
  readonly #host: CallHost;

  constructor(head: TraceHead | undefined, agentId: string, host: CallHost) {
    this.#head = head;
    this.#host = host;
    if (head !== undefined) head.sessionId ??= head.traceId;
    this.#set({ agentId });
  }

  /** What an option or an update says. */
  tell({ userId, tags, metadata, tenantId, ...rest }: Partial<SessionOptions>): void {
    const head = this.#head;
    const { writer } = this.#host;
    if (head === undefined) return;
    if (userId !== undefined) head.userId = writer.identity(userId);
    if (isTenant(tenantId)) head.service = { ...head.service, tenantId };
    head.tags = mergeTags(head.tags, writer.tags(tags));
    head.metadataText = mergeObjectTexts(head.metadataText, writer.metadataText(metadata));
    this.#set({
      ...(rest.agentVersion !== undefined && { agentVersion: writer.phrase(rest.agentVersion) }),
      ...(rest.transport !== undefined && { transport: writer.phrase(rest.transport) }),
      ...(rest.roomId !== undefined && { roomId: writer.phrase(rest.roomId) }),
      ...(rest.externalSessionId !== undefined && { externalSessionId: writer.phrase(rest.externalSessionId) }),
    });
  }

  /** The last word on each number holds (V83). */
  tellQuality({ mosScore, packetLossPct, jitterMs }: Partial<TransportObservation>): void {
    const before = this.#head?.voice?.transportQuality;
    this.#set({
      transportQuality: Object.freeze({
        mosScore: amount(mosScore) ?? before?.mosScore ?? null,
        packetLossPct: amount(packetLossPct) ?? before?.packetLossPct ?? null,
        jitterMs: amount(jitterMs) ?? before?.jitterMs ?? null,
      }),
    });
  }

  /** Also when the call is over: then it amends what was exported. */
  tellAudio(audio: CallAudio): void {
    this.#set({ audio: Object.freeze(audio) });
    if (this.#head?.root !== undefined) this.#host.amended(this.#head);
  }

  end(reason: unknown): void {
    this.#set({ status: 'ended', endReason: this.#host.writer.phrase(reason) });
  }

  #set(changes: Partial<CallVoice>): void {
    const head = this.#head;
    if (head !== undefined) head.voice = Object.freeze({ ...(head.voice ?? silent), ...changes });
  }
}

function isTenant(value: unknown): value is number | string {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}
