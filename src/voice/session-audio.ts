import { beforeDeadline } from '../base/deadline.ts';
import type { CallAudio } from '../span/voice.ts';
import type { Tracer } from '../tracer/tracer.ts';
import { CallRecorder } from './audio/call-recorder.ts';
import { importRecording, type AudioSource, type RecordingFactsGiven } from './audio/recording-import.ts';
import type { Recording } from './audio/recording.ts';
import type { AudioSettings } from './audio-settings.ts';
import type { Call } from './call.ts';

/** A disk that hangs must not keep the call's own record. */
const longestCloseMs = 2_000;

/** The audio of one call: recorded while it goes on, or brought by the user. */
export class SessionAudio {
  readonly #tracer: Tracer;
  readonly #call: Call;
  readonly #traceId: string;
  readonly #settings: AudioSettings | undefined;
  #recorder: CallRecorder | undefined;

  constructor(tracer: Tracer, call: Call, traceId: string, settings: AudioSettings | undefined) {
    this.#tracer = tracer;
    this.#call = call;
    this.#traceId = traceId;
    this.#settings = tracer.takesAudio ? settings : undefined;
  }

  /** True while there is something to be written when the call ends. */
  get isRecording(): boolean {
    return this.#recorder !== undefined;
  }

  /** Undefined where nobody would keep it. */
  record(startedAt: number): CallRecorder | undefined {
    if (this.#settings === undefined) return undefined;
    return (this.#recorder ??= new CallRecorder({
      ...this.#settings,
      clock: this.#tracer.clock,
      startedAt,
      onFailure: (message, error) => this.#tell(message, error),
    }));
  }

  /** Ends the recording, and hands it over. Resolves when the call's record can tell of it; never rejects. */
  async close(): Promise<void> {
    const recording = this.#recorder?.close().then((made) => {
      if (made !== undefined) void this.#handOver(made);
    });
    this.#recorder = undefined;
    if (recording === undefined) return;
    const isInTime = await beforeDeadline(recording, longestCloseMs);
    if (!isInTime) this.#tell('the recording is still being written; the call’s record tells of it later', undefined);
  }

  /** Takes a recording that was made elsewhere. Resolves to whether it is kept; never rejects. */
  async import(audio: AudioSource, facts: RecordingFactsGiven): Promise<boolean> {
    if (this.#settings === undefined) {
      this.#tell('a recording was given, and no exporter keeps recordings or they are turned off', undefined);
      return false;
    }
    const recording = await importRecording(audio, facts, {
      ...this.#settings,
      onFailure: (message, error) => this.#tell(message, error),
    });
    return recording === undefined ? false : this.#handOver(recording);
  }

  /** The record tells of it from now on, wherever it has got to by then. */
  #handOver(recording: Recording): Promise<boolean> {
    const { path, codec, byteLength, durationMs, isEncrypted } = recording;
    const ref = `${this.#traceId}.${recording.extension}${isEncrypted ? '.encrypted' : ''}`;
    this.#call.tellAudio(describe(recording, ref));
    const traceId = this.#traceId;
    return this.#tracer.exportAudio({ traceId, ref, path, codec, byteLength, durationMs, isEncrypted });
  }

  #tell(message: string, error: unknown): void {
    this.#tracer.report.warn('call-audio', message, error);
  }
}

function describe(recording: Recording, ref: string): CallAudio {
  const { codec, sampleRate, channels, durationMs, startOffsetMs, peaks, isEncrypted } = recording;
  return {
    codec,
    sampleRate: sampleRate === 0 ? null : sampleRate,
    channels: channels === 0 ? null : channels,
    durationMs,
    startOffsetMs,
    ref,
    peaks,
    encrypted: isEncrypted,
  };
}
