import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../src/base/clock.ts';
import type { AudioFrame } from '../../../src/voice/audio/audio-frame.ts';
import { CallRecorder, type CallRecorderOptions } from '../../../src/voice/audio/call-recorder.ts';
import type { Recording } from '../../../src/voice/audio/recording.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** Both clocks move when they are told to, and only then. */
export class HandClock implements Clock {
  ms = 1_000;
  now(): number {
    return this.ms;
  }
  wallTime(): number {
    return 1_700_000_000_000 + this.ms;
  }
}

export interface Sound {
  readonly ms?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly level?: number;
  readonly hertz?: number;
}

/** A tone; each channel the same. */
export function tone({
  ms = 20,
  sampleRate = 24_000,
  channels = 1,
  level = 8_000,
  hertz = 400,
}: Sound = {}): AudioFrame {
  const samplesPerChannel = Math.round((ms * sampleRate) / 1000);
  const data = new Int16Array(samplesPerChannel * channels);
  for (let index = 0; index < data.length; index += 1) {
    const turn = (2 * Math.PI * hertz * Math.floor(index / channels)) / sampleRate;
    data[index] = Math.round(level * Math.sin(turn));
  }
  return { data, sampleRate, channels, samplesPerChannel };
}

/** The same value all over: what was cut or moved can be told to the sample. */
export function plateau(value: number, ms: number): AudioFrame {
  return { data: new Int16Array(24 * ms).fill(value), sampleRate: 24_000, channels: 1 };
}

export interface PretendCall {
  readonly clock: HandClock;
  readonly recorder: CallRecorder;
  readonly folder: string;
  readonly failures: string[];
  /** Lets time go by in steps of 20 ms; the user is silent or speaks. */
  pass(ms: number, user?: (at: number) => AudioFrame | undefined): void;
  /** Waits until the disk has what has left the window, as it has in a call that takes its time. */
  caughtUp(): Promise<void>;
  /** Wall time of a moment of the session. */
  wall(at: number): number;
  close(): Promise<Recording>;
}

/** A call whose session starts at 1,000 ms of the clock. */
export function pretendCall(options: Partial<CallRecorderOptions> = {}): PretendCall {
  const clock = new HandClock();
  const folder = temporaryFolder();
  const failures: string[] = [];
  const onFailure = (message: string): void => void failures.push(message);
  const recorder = new CallRecorder({ clock, startedAt: 1_000, folder, onFailure, ...options });
  return {
    clock,
    recorder,
    folder,
    failures,
    pass: (ms, user) => {
      for (let passed = 0; passed < ms; passed += 20) {
        clock.ms += 20;
        const frame = user?.(clock.ms - 1_000);
        if (frame !== undefined) recorder.user(frame);
      }
    },
    caughtUp: async () => {
      // A write, a chunk that waits for the next, and what is not a write yet: 64 KiB each.
      const least = 48 * (clock.ms - 1_000 - 10_200) - 3 * 65_536;
      while (least > 0 && bytesIn(folder) < least) await nextTurn();
    },
    wall: (at) => 1_700_000_001_000 + at,
    close: async () => {
      const recording = await recorder.close();
      if (recording === undefined) throw new Error('nothing was recorded');
      return recording;
    },
  };
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** A microphone that is open all the time: every frame is silence but for some stretches of the session. */
export function microphone(...spoken: readonly (readonly [number, number])[]): (at: number) => AudioFrame {
  return (at) => tone({ level: spoken.some(([start, end]) => at > start && at <= end) ? 8_000 : 0 });
}

export interface Wav {
  readonly sampleRate: number;
  readonly channels: number;
  readonly samples: Int16Array;
}

/** Reads a header of 44 bytes by hand, and throws where it does not say what the file is. */
export function parseWav(bytes: Buffer): Wav {
  const text = (start: number): string => bytes.toString('latin1', start, start + 4);
  const marks = [text(0), text(8), text(12), text(36)].join('|');
  if (marks !== 'RIFF|WAVE|fmt |data') throw new Error(`no WAV: ${marks}`);
  const facts = [4, 40].map((place) => bytes.readUInt32LE(place));
  if (facts.join() !== [bytes.length - 8, bytes.length - 44].join()) throw new Error(`wrong sizes: ${facts.join()}`);
  if (bytes.readUInt16LE(20) !== 1 || bytes.readUInt16LE(34) !== 16) throw new Error('not PCM of 16 bit');
  const samples = Int16Array.from({ length: (bytes.length - 44) / 2 }, (_, index) => bytes.readInt16LE(44 + 2 * index));
  return { sampleRate: bytes.readUInt32LE(24), channels: bytes.readUInt16LE(22), samples };
}

export function readWav({ path }: Recording): Wav {
  return parseWav(readFileSync(path));
}

/** Where it is loud, as `[start, end]` in milliseconds; pauses of up to 10 ms are part of it. */
export function loudRuns(samples: Int16Array, threshold = 500): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const [index, sample] of samples.entries()) {
    if (Math.abs(sample) < threshold) continue;
    const last = runs.at(-1);
    if (last !== undefined && index - last[1] <= 240) last[1] = index;
    else runs.push([index, index]);
  }
  return runs.map(([start, end]) => [Math.round(start / 24), Math.round(end / 24)]);
}
