import type { Wav } from '../audio/pretend-call.ts';

/** From when to when, in milliseconds. */
export type Run = readonly [start: number, end: number];

/** Fifty milliseconds hold whole waves of both voices, so that neither is heard in the other. */
const windowMs = 50;
const stepMs = 10;
/** Half of how loud a voice is: where half of the window is it. */
const half = 4_000;

/** When a tone is heard in a recording; gaps of up to 100 ms are part of it. */
export function toneRuns({ samples }: Wav, hertz: number): readonly Run[] {
  const runs: [number, number][] = [];
  for (let at = 0; 24 * (at + windowMs) <= samples.length; at += stepMs) {
    if (loudnessAt(samples.subarray(24 * at, 24 * (at + windowMs)), hertz) < half) continue;
    const [middle, last] = [at + windowMs / 2, runs.at(-1)];
    if (last !== undefined && middle - last[1] <= 100) last[1] = middle;
    else runs.push([middle, middle]);
  }
  return runs;
}

/** How loud one frequency is in a few samples (Goertzel's question, asked with a sum). */
function loudnessAt(samples: Int16Array, hertz: number): number {
  const turn = (2 * Math.PI * hertz) / 24_000;
  let [cosine, sine] = [0, 0];
  for (const [at, sample] of samples.entries()) {
    cosine += sample * Math.cos(turn * at);
    sine += sample * Math.sin(turn * at);
  }
  return (2 * Math.hypot(cosine, sine)) / samples.length;
}
