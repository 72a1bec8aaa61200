import { type AudioFrame, clip, lengthOf, recordingRate } from './audio-frame.ts';

/** Zero crossings of the filter on each side; more would be steeper and slower. */
const crossings = 8;
/** Of all sounds that both rates can hold, the share that is kept: the filter needs some room to fall off. */
const passed = 0.92;
/** Rates that share few factors with ours get the nearest of so many phases. */
const mostPhases = 512;

/**
 * Turns the frames of one source into 24 kHz mono: a windowed sinc in phases, which keeps high sounds from folding down.
 * Its position and its last samples are kept from frame to frame, so that borders cannot be heard. The answer lags by
 * half the filter: 1 ms for 8 kHz, 0.3 ms for 48 kHz, nothing for 24 kHz.
 */
export class Resampler {
  #rate = recordingRate;
  #taps = 0;
  #phases = 1;
  #kernel = new Float64Array(0);
  /** The end of the last frame, as long as the filter needs it, and then the present frame. */
  #work = new Float64Array(0);
  /** Of the next sample, from the start of the next frame, in parts of an input sample: exact for every rate. */
  #position = 0;

  /** The samples of a frame at 24 kHz, in an array of their own; none for a frame that makes no sense. */
  push(frame: AudioFrame): Int16Array {
    const length = lengthOf(frame);
    if (length === 0) return new Int16Array(0);
    const rate = Math.round(frame.sampleRate);
    if (rate !== this.#rate) this.#prepare(rate);
    if (rate === recordingRate) return toMono(frame, length);
    this.#read(frame, length);
    const samples = this.#filter(length);
    this.#work.copyWithin(0, length, length + this.#taps - 1);
    return samples;
  }

  #prepare(rate: number): void {
    this.#rate = rate;
    this.#position = 0;
    const half = Math.ceil(crossings * Math.max(1, rate / recordingRate));
    this.#taps = 2 * half;
    this.#phases = Math.min(mostPhases, recordingRate / greatestDivisor(rate, recordingRate));
    this.#kernel = buildKernel(half, this.#phases, (passed / 2) * Math.min(1, recordingRate / rate));
    this.#work = new Float64Array(this.#taps - 1);
  }

  #read({ data, channels }: AudioFrame, length: number): void {
    const past = this.#taps - 1;
    if (this.#work.length < past + length) {
      const larger = new Float64Array(past + length);
      larger.set(this.#work.subarray(0, past));
      this.#work = larger;
    }
    if (channels === 1) this.#work.set(data.length === length ? data : data.subarray(0, length), past);
    else for (let index = 0; index < length; index += 1) this.#work[past + index] = average(data, index, channels);
  }

  #filter(length: number): Int16Array {
    const [work, kernel, taps, phases, rate] = [this.#work, this.#kernel, this.#taps, this.#phases, this.#rate];
    const end = length * recordingRate;
    const samples = new Int16Array(Math.max(0, Math.ceil((end - this.#position) / rate)));
    let position = this.#position;
    for (let index = 0; index < samples.length; index += 1) {
      // As integers of 32 bits: with others, each look-up below would have to convert its place.
      const start = (position / recordingRate) | 0;
      const phase = ((((position - start * recordingRate) * phases) / recordingRate) | 0) * taps;
      let sum = 0;
      for (let tap = 0; tap < taps; tap += 1) sum += (work[start + tap] ?? 0) * (kernel[phase + tap] ?? 0);
      samples[index] = clip(Math.round(sum));
      position += rate;
    }
    this.#position = position - end;
    return samples;
  }
}

function toMono({ data, channels }: AudioFrame, length: number): Int16Array {
  if (channels === 1) return data.slice(0, length);
  const samples = new Int16Array(length);
  for (let index = 0; index < length; index += 1) samples[index] = Math.round(average(data, index, channels));
  return samples;
}

function average(data: Int16Array, index: number, channels: number): number {
  let sum = 0;
  for (let channel = 0; channel < channels; channel += 1) sum += data[index * channels + channel] ?? 0;
  return sum / channels;
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other);
}

/** For each phase its taps, with a Blackman window; each phase adds up to 1, so that no phase is louder than another. */
function buildKernel(half: number, phases: number, cutoff: number): Float64Array<ArrayBuffer> {
  const taps = 2 * half;
  const kernel = new Float64Array(phases * taps);
  for (let phase = 0; phase < phases; phase += 1) {
    const weights = Array.from({ length: taps }, (_, tap) => weigh(phase / phases + half - 1 - tap, half, cutoff));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    kernel.set(
      weights.map((weight) => weight / sum),
      phase * taps,
    );
  }
  return kernel;
}

function weigh(distance: number, half: number, cutoff: number): number {
  const angle = 2 * Math.PI * cutoff * distance;
  const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
  const turn = (Math.PI * distance) / half;
  return sinc * (0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn));
}
