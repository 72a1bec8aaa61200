import { type AudioFrame, recordingRate, samplesPerMs } from './audio-frame.ts';
import type { FailureReport } from './failure-report.ts';
import type { Playhead } from './playhead.ts';
import { Resampler } from './resampler.ts';
import type { SessionClock } from './session-clock.ts';

/** A start that is told so much later (5 s), or so much ahead (1 s), is believed; others are taken for now. */
const mostLate = 5 * recordingRate;
const mostEarly = recordingRate;

/** A stretch of the present segment that was heard, as LiveKit's `playbackProgressed` tells it. */
export interface Progress {
  /** Wall time at which it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Where in the audio of the segment it begins, in milliseconds. */
  readonly offset: number;
  /** In milliseconds. */
  readonly duration: number;
}

export interface AgentAudioParts {
  readonly playhead: Playhead;
  readonly clock: SessionClock;
  readonly failures: FailureReport;
  readonly isOpen: () => boolean;
}

/**
 * The agent's side of a recording: what its audio output was given, and what the output says of playing it. A segment
 * is what lies between two calls of `finished`. Nothing here throws, whatever comes in whatever order.
 */
export class AgentAudio {
  readonly #parts: AgentAudioParts;
  readonly #resampler = new Resampler();

  constructor(parts: AgentAudioParts) {
    this.#parts = parts;
  }

  /** A frame that the output was given, as much faster than real time as it likes; up to 5 min wait to be heard. */
  captured(frame: AudioFrame): void {
    this.#do((playhead, now) => playhead.captured(this.#resampler.push(frame), now));
  }

  /** The output began to play the segment: at a wall time, in milliseconds since 1970, by default now. */
  started(wallMs?: number): void {
    this.#do((playhead, now) => {
      const told = wallMs === undefined ? now : this.#parts.clock.atWall(wallMs);
      playhead.started(told >= now - mostLate && told <= now + mostEarly ? told : now, now);
    });
  }

  /** The output halts. */
  paused(): void {
    this.#do((playhead, now) => playhead.paused(now));
  }

  /** The output goes on where it was halted. */
  resumed(): void {
    this.#do((playhead, now) => playhead.resumed(now));
  }

  /** The output knows what it played. Where it tells so, that is preferred over the clock, up to 10 s back. */
  progressed({ startedAt, offset, duration }: Progress): void {
    this.#do((playhead, now) => {
      const at = this.#parts.clock.atWall(startedAt);
      const stretch = { at, offset: toSamples(offset), length: toSamples(duration) };
      if (stretch.offset >= 0 && stretch.length > 0 && Number.isFinite(at)) playhead.progressed(stretch, now);
    });
  }

  /**
   * The segment is over. What was given but not heard is dropped if it was interrupted.
   * @param positionMs How much of it was heard, in milliseconds; undefined where the output does not know.
   */
  finished(positionMs: number | undefined, interrupted: boolean): void {
    this.#do((playhead, now) => {
      const position = toSamples(positionMs ?? Number.NaN);
      playhead.finished(position >= 0 ? position : undefined, interrupted, now);
    });
  }

  #do(work: (playhead: Playhead, now: number) => void): void {
    const { playhead, clock, failures, isOpen } = this.#parts;
    if (isOpen()) failures.guard(() => work(playhead, clock.now()));
  }
}

/** NaN for what is no length: it passes no comparison. */
function toSamples(ms: number): number {
  return Number.isFinite(ms) ? Math.round(ms * samplesPerMs) : Number.NaN;
}
