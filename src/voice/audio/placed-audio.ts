import { type AudioFrame, recordingRate } from './audio-frame.ts';
import { Resampler } from './resampler.ts';
import { SampleRing } from './sample-ring.ts';
import type { Timeline, TimelineSource } from './timeline.ts';

/** Sources that are told apart: the two sides of a call, music, one more. */
const mostStreams = 4;
/** A frame follows another one if it begins so much before the other's end (4 ms) or after it (30 ms). */
const mostBefore = recordingRate * 0.004;
const mostAfter = recordingRate * 0.03;

interface Stream {
  readonly resampler: Resampler;
  readonly sampleRate: number;
  readonly channels: number;
  end: number;
}

/** Audio whose place is known to whoever brings it. Everything is added up; frames that follow each other have no seam. */
export class PlacedAudio implements TimelineSource {
  readonly #ring = new SampleRing();
  /** The one that was heard longest ago comes first. */
  #streams: readonly Stream[] = [];

  mixInto(accumulator: Int32Array, from: number): void {
    this.#ring.mixInto(accumulator, from);
  }

  place(frame: AudioFrame, at: number, timeline: Timeline): void {
    const stream = this.#find(frame, at) ?? open(frame, at);
    const pcm = stream.resampler.push(frame);
    if (pcm.length === 0) return;
    timeline.put(pcm, stream.end, (slice, start) => this.#ring.add(slice, start));
    stream.end += pcm.length;
    this.#streams = [...this.#streams.filter((other) => other !== stream), stream].slice(-mostStreams);
  }

  /** The stream that this frame continues: the nearest of its kind. */
  #find({ sampleRate, channels }: AudioFrame, at: number): Stream | undefined {
    let nearest: Stream | undefined;
    for (const stream of this.#streams) {
      const gap = at - stream.end;
      if (stream.sampleRate !== sampleRate || stream.channels !== channels) continue;
      if (gap < -mostBefore || gap > mostAfter) continue;
      if (nearest === undefined || Math.abs(gap) < Math.abs(at - nearest.end)) nearest = stream;
    }
    return nearest;
  }
}

function open({ sampleRate, channels }: AudioFrame, at: number): Stream {
  return { resampler: new Resampler(), sampleRate, channels, end: at };
}
