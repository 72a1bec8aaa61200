/** What is recorded: 24 kHz, one channel, signed 16 bit. */
export const recordingRate = 24_000;
/** Samples of a recording in one millisecond. */
export const samplesPerMs = recordingRate / 1000;

const lowestRate = 1_000;
const highestRate = 384_000;
const mostChannels = 64;

/** One piece of PCM as LiveKit and WebRTC stacks give it. */
export interface AudioFrame {
  /** Signed 16-bit samples; of several channels by turns. Copied at once: the buffer may be used again. */
  readonly data: Int16Array;
  /** Samples per second of each channel: 1,000 to 384,000; frames of other rates are left out. */
  readonly sampleRate: number;
  /** 1 to 64; they are averaged. */
  readonly channels: number;
  /** How many of the samples count; by default all there are. */
  readonly samplesPerChannel?: number;
}

/** How many samples of one channel a frame has; 0 for one that makes no sense. */
export function lengthOf({ data, sampleRate, channels, samplesPerChannel }: AudioFrame): number {
  const isKnown = sampleRate >= lowestRate && sampleRate <= highestRate;
  if (!isKnown || !Number.isInteger(channels) || channels < 1 || channels > mostChannels) return 0;
  const present = Math.floor(data.length / channels);
  const stated = samplesPerChannel ?? present;
  return Number.isFinite(stated) ? Math.max(0, Math.min(present, Math.floor(stated))) : present;
}

/** A sample within what 16 bits can hold. */
export function clip(sample: number): number {
  if (sample > 32_767) return 32_767;
  return sample < -32_768 ? -32_768 : sample;
}
