import { beforeDeadline } from '../base/deadline.ts';
import { pause } from '../base/timers.ts';
import type { AudioRecording } from '../exporters/audio-recording.ts';
import type { Span } from '../span/span.ts';
import type { CallAudio } from '../span/voice.ts';
import type { Tracer } from '../tracer/tracer.ts';
import { CallRecorder } from './audio/call-recorder.ts';
import { importRecording, type AudioSource, type RecordingFactsGiven } from './audio/recording-import.ts';
import type { Recording } from './audio/recording.ts';
import type { AudioSettings } from './audio-settings.ts';
import type { Call } from './call.ts';
import { amount } from './payload.ts';

/** A disk that hangs must not keep the call's own record. */
const longestCloseMs = 2_000;
const longestCodec = 40;
const longestUploadMs = 30_000;

/** The audio of one call: recorded while it goes on, or brought by the user. */
export class SessionAudio {
  readonly #tracer: Tracer;
  readonly #call: Call;
  readonly #root: Span;
  readonly #settings: AudioSettings | undefined;
  #recorder: CallRecorder | undefined;
  /** What goes to the exporters when the call is over, and kept. */
  #made: Recording | undefined;

  constructor(tracer: Tracer, call: Call, root: Span, settings: AudioSettings | undefined) {
    this.#tracer = tracer;
    this.#call = call;
    this.#root = root;
    this.#settings = root.isRecording ? settings : undefined;
  }

  /** True while there is something to be written when the call ends. */
  get isRecording(): boolean {
    return this.#recorder !== undefined;
  }

  /** Undefined where nobody would keep it. */
  record(): CallRecorder | undefined {
    if (this.#settings === undefined || !this.#tracer.takesAudio) return undefined;
    return (this.#recorder ??= new CallRecorder({
      ...this.#settings,
      clock: this.#tracer.clock,
      startedAt: this.#root.startedAt,
      onFailure: (message, error) => this.#tell(message, error),
    }));
  }

  /** Ends the recording. Resolves when the call's record can tell of it; never rejects. */
  async close(): Promise<void> {
    const recording = this.#recorder?.close().then(async (made) => {
      if (made === undefined) return;
      await this.#made?.remove();
      this.#tellCall(made);
      this.#made = made;
      // It took longer than the call's record could wait for.
      if (this.#isOver) void this.finish();
    });
    this.#recorder = undefined;
    if (recording === undefined) return;
    const isInTime = await beforeDeadline(recording, longestCloseMs);
    if (!isInTime) this.#tell('the recording is still being written; the call’s record tells of it later', undefined);
  }

  /** The call is over: its recording goes to the exporters, or away where no rule has kept the call. Never rejects. */
  async finish(): Promise<void> {
    const made = this.#made;
    this.#made = undefined;
    if (made !== undefined) await this.#send(made);
  }

  /** The call went without an end, and nobody will ask for its recording. */
  abandon(): void {
    const recorder = this.#recorder;
    this.#recorder = undefined;
    const made = this.#made;
    this.#made = undefined;
    this.#tracer.waitFor(Promise.all([recorder?.discard(), made?.remove()]));
  }

  /** Takes a recording that was made elsewhere. Resolves to whether it is kept; never rejects. */
  async import(audio: AudioSource, facts: RecordingFactsGiven): Promise<boolean> {
    if (!this.#root.isRecording) return false;
    if (this.#settings === undefined || !this.#tracer.takesAudio) {
      this.#tell('a recording was given, and no exporter keeps recordings or they are turned off', undefined);
      return false;
    }
    const known = knownFacts(facts);
    const onFailure = (message: string, error: unknown): void => this.#tell(message, error);
    const importing = importRecording(audio, known, { ...this.#settings, onFailure });
    // A shutdown waits for the file, but not for whoever does not take it.
    this.#tracer.waitFor(importing);
    const made = await importing;
    if (made === undefined) return false;
    const taken = this.#takeImported(made);
    return Promise.race([taken, falseAfter(longestUploadMs)]);
  }

  async #takeImported(made: Recording): Promise<boolean> {
    if (this.#isKept) this.#tellCall(made);
    if (!this.#isKept || this.#isOver || this.#root.head?.isSampled === true) return this.#send(made);
    // Whether a rule keeps the call is known when it has ended.
    await this.#made?.remove();
    this.#made = made;
    return true;
  }

  get #isOver(): boolean {
    return this.#root.head?.root !== undefined;
  }

  /** False once no rule has kept the call. */
  get #isKept(): boolean {
    return this.#root.head?.sampling !== null;
  }

  async #send(made: Recording): Promise<boolean> {
    // Work that goes on after the call may still keep it.
    if (this.#root.head !== undefined) await this.#tracer.decided(this.#root.head);
    if (!this.#isKept) {
      const removed = made.remove();
      this.#tracer.waitFor(removed);
      await removed;
      return false;
    }
    const { path, byteLength, durationMs, isEncrypted } = made;
    const { traceId } = this.#root;
    const recording = { traceId, ...this.#names(made), path, byteLength, durationMs, isEncrypted };
    return this.#tracer.exportAudio(recording, () => made.remove());
  }

  /** The record tells of it from now on, wherever it has got to by then. */
  #tellCall(made: Recording): void {
    this.#call.tellAudio(callAudio(made, this.#names(made)));
  }

  /** They become the name of a file, and an encoder may be anybody's. */
  #names({ codec, extension, isEncrypted }: Recording): Pick<AudioRecording, 'codec' | 'ref'> {
    const ending = extension.replaceAll(/\W/g, '').slice(0, longestCodec) || 'audio';
    return {
      codec: this.#tracer.writer.phrase(codec)?.slice(0, longestCodec) ?? 'unknown',
      ref: `${this.#root.traceId}.${ending}${isEncrypted ? '.encrypted' : ''}`,
    };
  }

  #tell(message: string, error: unknown): void {
    this.#tracer.report.warn('call-audio', message, error);
  }
}

/** Holds no process: what is on its way is waited for at its end. */
async function falseAfter(ms: number): Promise<false> {
  await pause(ms);
  return false;
}

/** What was told of a recording, without what makes no sense. */
function knownFacts({ durationMs, codec, startOffsetMs }: RecordingFactsGiven): RecordingFactsGiven {
  const length = amount(durationMs);
  return {
    ...(length !== undefined && { durationMs: length }),
    ...(typeof codec === 'string' && { codec }),
    ...(typeof startOffsetMs === 'number' && Number.isFinite(startOffsetMs) && { startOffsetMs }),
  };
}

function callAudio(recording: Recording, { codec, ref }: Pick<CallAudio, 'codec' | 'ref'>): CallAudio {
  const { sampleRate, channels, durationMs, startOffsetMs, peaks, isEncrypted } = recording;
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
