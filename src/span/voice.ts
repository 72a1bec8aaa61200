import { parseObject, type JsonObject } from './json.ts';

/** The steps inside a turn that a call is told in (V86). */
export const stageKinds = ['stt', 'llm', 'tts', 'vad', 'nlu', 'dialogue_management', 'api_call'] as const;

export type StageKind = (typeof stageKinds)[number];

/** Who speaks in a turn. */
export type TurnRole = 'user' | 'agent';

/** What a turn has to tell beside its span: one side's speech. Times are milliseconds. */
export interface TurnVoice {
  readonly role: TurnRole;
  /** What was said; null where nobody told. */
  readonly transcript: string | null;
  /** How sure the recogniser was, 0 to 1. */
  readonly confidence: number | null;
  readonly language: string | null;
  /** From the end of the user's speech to the start of the agent's (V41); null where no user spoke before (V42). */
  readonly ttfaMs: number | null;
  /** The same as the voice framework measures it, with the silence in which it waited for more. */
  readonly e2eLatencyMs: number | null;
  /** True for an agent's turn that did not come to its end. */
  readonly interrupted: boolean;
  /** The agent's turn that this user's turn broke into. */
  readonly interruptsTurnId: string | null;
  /** From the start of the user's speech until the agent was silent. */
  readonly interruptLatencyMs: number | null;
  /** The voice framework's own id of the speech. */
  readonly speechId: string | null;
  /** US dollars of everything under the turn, what has no price counted as 0; null until its trace is put together. */
  readonly costUsd: number | null;
}

/** What a stage has to tell beside its span: its payload, under the wire's names. */
export class StageVoice {
  readonly payloadText: string;

  constructor(payloadText: string) {
    this.payloadText = payloadText;
    Object.freeze(this);
  }

  /** Frozen; empty where nothing was set. */
  get payload(): JsonObject {
    return parseObject(this.payloadText);
  }
}

export type SpanVoice = TurnVoice | StageVoice;

/** The same as what `stage.ts` and `turn.ts` write, seen from a record that may come from another copy of clew. */
export function isTurn(voice: SpanVoice | null): voice is TurnVoice {
  return voice !== null && 'role' in voice;
}

/** How well the line was. */
export interface TransportQuality {
  /** Mean opinion score, 1 to 5. */
  readonly mosScore: number | null;
  /** Percent, 0 to 100. */
  readonly packetLossPct: number | null;
  /** Milliseconds. */
  readonly jitterMs: number | null;
}

/** A call's recording: where it is, and what is needed to draw and to play it. */
export interface CallAudio {
  /** `wav`, `opus`, or what it was called by whoever brought it. */
  readonly codec: string;
  /** Hz; null for a recording made elsewhere that does not tell. */
  readonly sampleRate: number | null;
  readonly channels: number | null;
  readonly durationMs: number | null;
  /** Of the first sample against the start of the session. */
  readonly startOffsetMs: number;
  /** The file's name, below wherever an exporter keeps recordings. */
  readonly ref: string;
  /** Base64 of one byte for each equal slice: its loudest sample. Empty where nobody could tell. */
  readonly peaks: string;
  readonly encrypted: boolean;
}

/** A voice session: what is known of the call as a whole. */
export interface CallVoice {
  /** `active` until the session was ended; it stays so where the process went before that (V119). */
  readonly status: 'active' | 'ended';
  readonly endReason: string | null;
  readonly agentId: string;
  readonly agentVersion: string | null;
  /** `webrtc`, `sip`, `websocket`, … */
  readonly transport: string | null;
  readonly roomId: string | null;
  /** The caller's own id, to join with other systems. */
  readonly externalSessionId: string | null;
  readonly transportQuality: TransportQuality | null;
  readonly audio: CallAudio | null;
}

export interface LatencySummary {
  readonly p50: number | null;
  readonly p95: number | null;
}

/** What a call's turns and stages come to. */
export interface VoiceRollup {
  readonly userTurns: number;
  readonly agentTurns: number;
  /** User's turns that broke into the agent's. */
  readonly interruptions: number;
  readonly failedInterrupts: number;
  readonly interruptLatencyMs: LatencySummary;
  readonly ttfaMs: LatencySummary & { readonly n: number };
  /** US dollars; what has no price counts as 0 here and is named in the trace's `unpriced`. */
  readonly costUsd: {
    readonly stt: number;
    readonly llm: number;
    readonly tts: number;
    readonly other: number;
    readonly total: number;
  };
}

/** The `voice` of a trace. */
export interface TraceVoice extends CallVoice {
  readonly rollup: VoiceRollup;
}
