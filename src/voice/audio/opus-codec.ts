import { recordingRate } from './audio-frame.ts';

/** Samples of one packet: 20 ms. */
export const packetSamples = recordingRate / 50;
/** The mode of libopus for speech. */
const voice = 2048;
/** `OPUS_RESET_STATE`. */
const resetState = 4028;
/**
 * All encoders of opusscript share 16 MiB, of which each has its place; from the 80th on they fail, and those before
 * with them.
 */
const mostCodecs = 64;

/** What is used of the package `opusscript`. */
export interface OpusCodec {
  encode(pcm: Buffer, samples: number): Uint8Array;
  setBitrate(bitrate: number): void;
  encoderCTL(request: number, value: number): void;
}

const idle: OpusCodec[] = [];
let made = 0;

/**
 * An encoder for one stream. They are used again and never freed: opusscript writes samples to a place that is its own
 * only while encoders lie side by side in the order they were made in. Rejects where the package is not installed, or
 * has no room.
 */
export async function takeCodec(bitrate: number): Promise<OpusCodec> {
  const { default: OpusScript } = await import('opusscript');
  const known = idle.pop();
  if (known === undefined && made >= mostCodecs) throw new Error(`more than ${mostCodecs} recordings at once`);
  if (known === undefined) made += 1;
  const codec = known ?? new OpusScript(recordingRate, 1, voice);
  codec.setBitrate(bitrate);
  // Fails now, and not in the middle of a call, where others have taken the room.
  codec.encode(Buffer.alloc(2 * packetSamples), packetSamples);
  codec.encoderCTL(resetState, 0);
  return codec;
}

/** The stream is over. */
export function giveBack(codec: OpusCodec): void {
  codec.encoderCTL(resetState, 0);
  idle.push(codec);
}
