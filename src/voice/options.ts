import type { SessionOption } from '../span/span-options.ts';

/** When something began that is told after the fact. */
export interface StartTimes {
  /** On the clock of `performance.now()`. Default: now. */
  readonly startedAt?: number;
}

/** When something ended that is told after the fact. */
export interface EndTimes {
  /** On the clock of `performance.now()`. Default: now. */
  readonly endedAt?: number;
}

/** How a turn or a stage ends. */
export interface StepEnd extends EndTimes {
  /** What went wrong: a message, or whatever was thrown. */
  readonly error?: unknown;
}

/** What is known of a call when it begins (V8–V13, V48). */
export interface SessionOptions extends StartTimes {
  /** The agent's name: what calls are grouped by. */
  readonly agentId: string;
  /** To compare rollouts. */
  readonly agentVersion?: string;
  /** How the voices travel: `webrtc`, `sip`, `websocket`, … */
  readonly transport?: string;
  readonly roomId?: string;
  readonly userId?: string;
  /** Your own id of the call, to join with other systems. */
  readonly externalSessionId?: string;
  /** Default: the tracer's (V10). */
  readonly tenantId?: number | string;
  /** The conversation that the call belongs to. Default: the tracer's, else the call is one of its own. */
  readonly session?: SessionOption;
  readonly tags?: readonly string[];
  readonly metadata?: object;
}

/** What is known of a turn when it begins. */
export interface TurnOptions extends StartTimes {
  /** The voice framework's id of the speech. */
  readonly speechId?: string;
  /** False for an agent's turn that answers no user, such as a reminder: it has no time to first audio. Default true. */
  readonly isReply?: boolean;
  /** False for a turn in which nobody is heard, such as a reply that failed: it has no speech events. Default true. */
  readonly isSpoken?: boolean;
  readonly metadata?: object;
}

/** What is known of a stage when it begins. */
export interface StageOptions extends StartTimes {
  readonly provider?: string | null | undefined;
  readonly model?: string | null | undefined;
  /** The provider's id of the answer: equal ids are counted once. */
  readonly responseId?: string | undefined;
  readonly metadata?: object;
}

/** What is said of a transcript beside its words. */
export interface TranscriptOptions {
  /** How sure the recogniser was, 0 to 1. */
  readonly confidence?: number | undefined;
  readonly language?: string | undefined;
}

/** A turn that broke into another (V78). */
export interface Interruption {
  /** The agent's turn that was broken into. */
  readonly byTurnId: string;
  /** Milliseconds from the start of the user's speech until the agent was silent. */
  readonly interruptLatencyMs?: number | undefined;
}

/** How a call ended. */
export interface SessionEnd extends StepEnd {
  /** In a word or two: `user_left`, `agent_hung_up`. */
  readonly reason?: string;
}

/** What is told while the call goes on. */
export interface SessionUpdate {
  readonly agentVersion?: string;
  readonly roomId?: string;
  readonly userId?: string;
  readonly tags?: readonly string[];
  readonly metadata?: object;
}

/** The line, as it was observed (V82). */
export interface TransportObservation {
  /** Mean opinion score, 1 to 5. */
  readonly mosScore?: number;
  /** Percent, 0 to 100. */
  readonly packetLossPct?: number;
  /** Milliseconds. */
  readonly jitterMs?: number;
}
