import { roundMs } from '../../base/clock.ts';
import type { AgentSpeech } from './agent-speech.ts';
import type { UserSpeech } from './user-speech.ts';

/** A user who began to speak while the agent did: it is not known yet what becomes of it. */
interface Overlap {
  readonly user: UserSpeech;
  readonly agent: AgentSpeech;
  at: number;
  /** Milliseconds until the agent was silent. */
  latencyMs: number | undefined;
  /** LiveKit's detector is sure of it. */
  isDetected: boolean;
  /** What it took to be sure, in milliseconds. */
  detectionMs: number | undefined;
}

/**
 * Tells barge-ins from noise. LiveKit may stop the agent first and decide later; without its adaptive detector nothing
 * says what a silence of the agent's was. So each overlap waits until the agent's speech went on (noise), was cut off
 * (a barge-in), or came to its end (neither).
 */
export class Interruptions {
  #open: Overlap[] = [];

  /** The user speaks over the agent. */
  begin(user: UserSpeech, agent: AgentSpeech, at: number): void {
    const known = this.#open.find((overlap) => overlap.user === user && overlap.agent === agent);
    // What was said before without silencing the agent was an "mm-hmm".
    if (known?.latencyMs === undefined && known?.isDetected === false) known.at = at;
    if (known !== undefined) return;
    this.#open.push({ user, agent, at, latencyMs: undefined, isDetected: false, detectionMs: undefined });
  }

  /** The agent is silent, for a pause or for good. */
  silenced(agent: AgentSpeech, at: number): void {
    for (const overlap of this.#of(agent)) overlap.latencyMs ??= roundMs(at - overlap.at);
  }

  /** LiveKit's detector is sure that it was no backchannel. */
  detected(agent: AgentSpeech, detectionMs: number | undefined): void {
    const overlap = this.#of(agent).at(-1);
    if (overlap === undefined) return;
    overlap.isDetected = true;
    overlap.detectionMs = detectionMs;
  }

  /** The agent goes on after a pause: it was noise. False where there was none, as after a tool. */
  resumed(agent: AgentSpeech): boolean {
    const overlap = this.#of(agent).find(({ latencyMs }) => latencyMs !== undefined);
    if (overlap === undefined) return false;
    this.fail(agent, true);
    return true;
  }

  /** Not an interruption, says LiveKit. False where that was told before. */
  fail(agent: AgentSpeech, resumed: boolean): boolean {
    const overlap = this.#of(agent).at(-1);
    if (overlap === undefined) return false;
    this.#close(agent);
    agent.turn?.event('failed_interrupt', { user_turn_id: overlap.user.turn.turnId, resumed });
    return true;
  }

  /** The agent's speech is over: if it was cut off, whoever spoke over it did it. */
  finish(agent: AgentSpeech, at: number): void {
    const overlap = this.#of(agent).at(-1);
    this.#close(agent);
    if (overlap === undefined || agent.turn === undefined) return;
    const { user, isDetected, detectionMs } = overlap;
    // A call may end before LiveKit has given up the speech.
    if (!agent.isInterrupted && !isDetected) return;
    const latencyMs = overlap.latencyMs ?? roundMs(at - overlap.at);
    const agentTurnId = agent.turn.turnId;
    user.turn.markInterrupted({ byTurnId: agentTurnId, interruptLatencyMs: latencyMs });
    const data = {
      agent_turn_id: agentTurnId,
      interrupt_latency_ms: latencyMs,
      ...(detectionMs !== undefined && { detection_delay_ms: detectionMs }),
    };
    // It was when the agent fell silent, although it is known only now.
    user.turn.event('barge_in', data, 'DEFAULT', overlap.at + latencyMs);
  }

  #of(agent: AgentSpeech): readonly Overlap[] {
    return this.#open.filter((overlap) => overlap.agent === agent);
  }

  #close(agent: AgentSpeech): void {
    this.#open = this.#open.filter((overlap) => overlap.agent !== agent);
  }
}
