import { currentSpan } from '../tracer/active.ts';
import { callOf, type VoiceSession } from './session.ts';
import { turnOf, type Turn } from './turn.ts';

/**
 * The call in which the running code works: inside `session.run`, a turn, a stage, or what they call; undefined outside.
 * Never throws.
 */
export function currentSession(): VoiceSession | undefined {
  return callOf(currentSpan())?.session;
}

/** The turn in which the running code works; undefined outside every turn. Never throws. */
export function currentTurn(): Turn | undefined {
  return turnOf(currentSpan());
}
