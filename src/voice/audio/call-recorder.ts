import type { Clock } from '../../base/clock.ts';
import { AgentAudio } from './agent-audio.ts';
import type { AudioEncoder } from './audio-encoder.ts';
import type { AudioFrame } from './audio-frame.ts';
import { checkAudioKey } from './audio-key.ts';
import { FailureReport, type OnFailure } from './failure-report.ts';
import { PlacedAudio } from './placed-audio.ts';
import { Playhead } from './playhead.ts';
import { RecordingFile } from './recording-file.ts';
import { RecordingWriter } from './recording-writer.ts';
import type { Recording } from './recording.ts';
import { Resampler } from './resampler.ts';
import { SessionClock } from './session-clock.ts';
import { mostSamples, Timeline } from './timeline.ts';
import { UserAudio } from './user-audio.ts';

export interface CallRecorderOptions {
  readonly clock: Clock;
  /** The session's start, in milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** 32 bytes: the file is encrypted with it (AES-256-GCM). By default it is plain. */
  readonly key?: Uint8Array;
  /** By default WAV. */
  readonly encoder?: AudioEncoder;
  /** Where the temporary file goes: by default the system's folder for them. It is made if it is not there. */
  readonly folder?: string;
  /** Told once of each kind of loss. May throw. */
  readonly onFailure: OnFailure;
}

/**
 * Records a call as 24 kHz mono into a temporary file of mode 0600, from its first sound to its last. It holds 10 s of
 * the timeline, up to 5 min of what the agent has yet to say, and up to 8 MiB that wait for the disk; a recording ends
 * at 24 h 51 min. Nothing is opened before there is something to write.
 *
 * Throws `ClewConfigError` when it is made with a key that is not 32 bytes; nothing else throws or rejects.
 */
export class CallRecorder {
  /** The agent's side. */
  readonly agent: AgentAudio;
  readonly #clock: SessionClock;
  readonly #failures: FailureReport;
  readonly #timeline: Timeline;
  readonly #playhead: Playhead;
  readonly #userResampler = new Resampler();
  readonly #user = new UserAudio();
  readonly #placed = new PlacedAudio();
  readonly #writer: RecordingWriter;
  #isOpen = true;
  #end: Promise<Recording | undefined> | undefined;

  constructor({ clock, startedAt, key, encoder, folder, onFailure }: CallRecorderOptions) {
    if (key !== undefined) checkAudioKey(key);
    this.#clock = new SessionClock(clock, startedAt);
    this.#failures = new FailureReport(onFailure);
    this.#writer = new RecordingWriter({
      encoder,
      failures: this.#failures,
      createFile: (headLength) => RecordingFile.create({ folder, key, headLength }),
    });
    this.#playhead = new Playhead(() => this.#tell('the agent was given more than 5 min ahead; parts are silent'));
    this.#timeline = new Timeline([this.#user, this.#placed, this.#playhead], this.#writer, () => this.#stop());
    this.#playhead.join(this.#timeline);
    this.agent = new AgentAudio({
      playhead: this.#playhead,
      clock: this.#clock,
      failures: this.#failures,
      isOpen: () => this.#isOpen,
    });
  }

  /**
   * A frame of the user's microphone. Arrival is the clock: a frame ends now. Frames that follow each other have no seam;
   * where they are more than 100 ms off, they are placed anew.
   */
  user(frame: AudioFrame): void {
    if (!this.#isOpen) return;
    this.#failures.guard(() => {
      const now = this.#clock.now();
      this.#playhead.advance(now);
      this.#user.arrived(this.#userResampler.push(frame), now, this.#timeline);
    });
  }

  /**
   * Places a frame at a monotonic time in milliseconds, that of its first sample: for stacks with clocks of their own.
   * Frames may overlap, and are added up. They must not come more than 10 s after what was placed later.
   */
  place(frame: AudioFrame, at: number): void {
    if (!this.#isOpen || !Number.isFinite(at)) return;
    this.#failures.guard(() => {
      const now = this.#clock.now();
      const place = this.#clock.at(at);
      if (Math.abs(place - now) > mostSamples) return this.#tell('a frame was placed a day away and was left out');
      this.#playhead.advance(now);
      this.#placed.place(frame, place, this.#timeline);
    });
  }

  /** Ends the file; undefined where nothing was recorded or the disk failed. Never rejects. */
  close(): Promise<Recording | undefined> {
    this.#end ??= this.#finish();
    return this.#end;
  }

  /** Ends without a file. After `close` it deletes what that made. Never rejects. */
  async discard(): Promise<void> {
    if (this.#end === undefined) {
      this.#isOpen = false;
      this.#end = this.#writer.discard().then(() => undefined);
    }
    await (await this.#end)?.remove();
  }

  async #finish(): Promise<Recording | undefined> {
    this.#failures.guard(() => {
      if (this.#isOpen) this.#playhead.advance(this.#clock.now());
      this.#timeline.finish();
    });
    this.#isOpen = false;
    return this.#writer.finish(this.#timeline.start ?? 0);
  }

  #stop(): void {
    this.#isOpen = false;
    this.#tell('the recording is longer than a WAV can be (24 h 51 min); what comes now is left out');
  }

  #tell(message: string): void {
    this.#failures.tell(message);
  }
}
