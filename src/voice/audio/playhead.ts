import { recordingRate, samplesPerMs } from './audio-frame.ts';
import { RunList, type Stretch } from './run-list.ts';
import { SampleStore } from './sample-store.ts';
import { type Timeline, type TimelineSource, windowLength } from './timeline.ts';
import { tolerance } from './user-audio.ts';

/** What waits to be heard: 5 min. */
const mostPending = 300 * recordingRate;
/** A sink may tell of its end so much before it: 1 s. */
const mostEarly = recordingRate;
/** A report may be so much before the start that was told: 5 s. */
const mostLate = 5 * recordingRate;
/** Reports round to milliseconds. */
const rounding = samplesPerMs;

/**
 * Plays what the agent's sink was given, as the sink does: from the start in real time, halted by a pause, cut or
 * continued by what the sink says. All of it are notes of which sample belongs where; the samples themselves are mixed
 * when they leave the window, so that until then every note can be corrected. Times and lengths are samples.
 */
export class Playhead implements TimelineSource {
  #timeline: Timeline | undefined;
  readonly #store = new SampleStore();
  readonly #runs = new RunList();
  readonly #onDrop: () => void;
  #state: 'waiting' | 'playing' | 'paused' = 'waiting';
  /** The number of the segment's first sample, and of the next one to be heard. */
  #segment = 0;
  #cursor = 0;
  /** Where on the timeline the next one is heard. */
  #head = 0;
  #startedAt = 0;
  #resumedAt: number | undefined;
  /** Where audio went on after the sink had run dry. */
  #refilled: { readonly head: number; readonly cursor: number } | undefined;
  /** Where the last report ended, and how much all of them told of. */
  #reported: { readonly head: number; readonly cursor: number; readonly heard: number } | undefined;

  /** @param onDrop Told when too much waits. */
  constructor(onDrop: () => void) {
    this.#onDrop = onDrop;
  }

  /** The timeline that it is a source of. To be called before anything else. */
  join(timeline: Timeline): void {
    this.#timeline = timeline;
  }

  mixInto(accumulator: Int32Array, from: number): void {
    this.#runs.mixInto(accumulator, from, this.#store);
    // A report may speak of what was played within the window.
    this.#store.forget(0, Math.min(this.#runs.firstSample, this.#cursor - windowLength - mostLate));
  }

  /** Plays what is there up to now. */
  advance(now: number): void {
    if (this.#state === 'playing') this.#play(Math.min(now - this.#head, this.#store.end - this.#cursor));
  }

  captured(pcm: Int16Array, now: number): void {
    this.advance(now);
    // The sink ran dry: what comes now is heard now. A frame that is a little late follows the last one.
    const isDry = this.#state === 'playing' && this.#cursor === this.#store.end;
    if (isDry && now - this.#head > tolerance) {
      this.#head = now;
      this.#refilled = { head: now, cursor: this.#cursor };
    }
    if (this.#store.end - this.#cursor + pcm.length <= mostPending) return this.#store.append(pcm);
    this.#store.skip(pcm.length);
    this.#onDrop();
  }

  started(at: number, now: number): void {
    this.advance(now);
    if (this.#state === 'playing') return this.#startedAgain(at);
    this.#state = 'playing';
    this.#startedAt = at;
    this.#head = at;
    this.#runs.cutAt(at);
  }

  /** A finish never came, and the next segment begins where audio went on; else the start was only told twice. */
  #startedAgain(at: number): void {
    const isDry = this.#cursor === this.#store.end;
    const refilled = this.#refilled;
    const isRefilled = refilled !== undefined && Math.abs(at - refilled.head) <= mostEarly;
    if (!isDry && !isRefilled) return;
    this.#runs.settle();
    this.#beginSegment(isRefilled ? refilled.cursor : this.#cursor);
    if (isDry) this.#head = Math.max(at, this.#head);
    this.#startedAt = at;
  }

  paused(now: number): void {
    this.advance(now);
    if (this.#state === 'playing') this.#state = 'paused';
  }

  resumed(now: number): void {
    if (this.#state !== 'paused') return;
    this.#state = 'playing';
    this.#head = Math.max(now, this.#head);
    this.#resumedAt = this.#head;
  }

  /** The sink knows what it played: its word takes the place of what was assumed. */
  progressed({ at, offset, length }: Stretch, now: number): void {
    if (this.#state === 'waiting' || at < this.#startedAt - mostLate) return;
    this.advance(now);
    const from = this.#segment + offset;
    const heard = Math.min(length, this.#store.end - from, now + mostEarly - at);
    if (heard <= 0) return;
    const assumed = { head: this.#head, cursor: this.#cursor };
    this.#runs.dropAssumed();
    this.#head = this.#follows(at, from) ? (this.#reported?.head ?? at) : at;
    this.#cursor = from;
    this.#runs.cutAt(this.#head);
    this.#play(heard);
    this.#runs.settle();
    this.#reported = { head: this.#head, cursor: this.#cursor, heard: heard + (this.#reported?.heard ?? 0) };
    // A sink that ran dry reports it when the next frame is there, which is heard now and not where the report ends.
    if (Math.abs(assumed.cursor - this.#cursor) <= rounding) this.#head = Math.max(this.#head, assumed.head);
  }

  /** The segment is over. `position` is how much of it was heard, where the sink knows. */
  finished(position: number | undefined, isInterrupted: boolean, now: number): void {
    this.advance(now);
    if (this.#state === 'waiting') this.#playUnstarted(position ?? (isInterrupted ? 0 : this.#left()), now);
    else if (this.#reported !== undefined) this.#trimAfter(this.#reported, position);
    else this.#trim(position ?? this.#cursor - this.#segment + (isInterrupted ? 0 : this.#remainder()), now);
    // Resumed only to be interrupted: LiveKit lets go of a pause before it clears the sink. Nothing of it was heard.
    if (isInterrupted && this.#resumedAt !== undefined) this.#runs.dropBlip(this.#resumedAt, tolerance);
    this.#endSegment(isInterrupted);
  }

  #play(samples: number): void {
    if (samples <= 0) return;
    const start = this.#head;
    this.#runs.play({ at: start, from: this.#cursor, length: samples });
    this.#head += samples;
    this.#cursor += samples;
    this.#timeline?.reach(start, this.#head);
  }

  #follows(at: number, from: number): boolean {
    const last = this.#reported;
    return last !== undefined && Math.abs(from - last.cursor) <= rounding && Math.abs(at - last.head) <= tolerance;
  }

  #left(): number {
    return this.#store.end - this.#cursor;
  }

  /** A little that is left of a finished segment belongs to it; more was given to the sink for the next one. */
  #remainder(): number {
    return this.#left() <= mostEarly ? this.#left() : 0;
  }

  /** Some sinks tell only of the end. */
  #playUnstarted(position: number, now: number): void {
    const heard = Math.min(position, this.#left());
    this.#head = now - heard;
    this.#play(heard);
  }

  /** What was reported stands; more is believed only where the sink's position says that a report is missing. */
  #trimAfter({ cursor, heard }: { readonly cursor: number; readonly heard: number }, position = heard): void {
    const missing = position - heard > tolerance ? position - heard : 0;
    const excess = Math.max(0, this.#cursor - cursor - missing);
    this.#runs.shorten(excess);
    this.#cursor -= excess;
  }

  #trim(position: number, now: number): void {
    const missing = position - (this.#cursor - this.#segment);
    if (missing > 0) return this.#play(Math.min(missing, this.#left(), now + mostEarly - this.#head));
    this.#runs.shorten(-missing);
    this.#cursor += missing;
  }

  #endSegment(isInterrupted: boolean): void {
    this.#runs.settle();
    const start = isInterrupted ? this.#store.end : this.#cursor + this.#remainder();
    this.#store.forget(Math.max(this.#cursor, this.#runs.lastSample), start);
    this.#cursor = start;
    this.#state = 'waiting';
    this.#beginSegment(start);
  }

  #beginSegment(start: number): void {
    this.#segment = start;
    this.#resumedAt = undefined;
    this.#refilled = undefined;
    this.#reported = undefined;
  }
}
