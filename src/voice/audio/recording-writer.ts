import { nextTurn } from '../../base/timers.ts';
import { roundMs } from '../../base/clock.ts';
import { recordingRate, samplesPerMs } from './audio-frame.ts';
import type { AudioEncoder, EncoderStream } from './audio-encoder.ts';
import type { FailureReport } from './failure-report.ts';
import { Peaks } from './peaks.ts';
import type { RecordingFile } from './recording-file.ts';
import { createRecording, type Recording } from './recording.ts';
import { SampleQueue } from './sample-queue.ts';
import type { TimelineSink } from './timeline.ts';
import { wavHeader, wavHeaderLength, wavStream } from './wav.ts';

/** Samples of one write: 64 KiB. */
const writeLength = 32_768;
/** Samples that an encoder gets in one turn of the event loop, so that it holds nobody up for long: 100 ms. */
const encodeLength = recordingRate / 10;
/** What may wait for the disk; above it audio becomes silence of the same length. */
const mostWaiting = 8_388_608;

export interface RecordingWriterOptions {
  readonly encoder: AudioEncoder | undefined;
  readonly failures: FailureReport;
  /** Called once, with the first audio. */
  readonly createFile: (headLength: number) => Promise<RecordingFile>;
}

interface Output {
  readonly file: RecordingFile;
  readonly stream: EncoderStream;
  readonly encoder: AudioEncoder | undefined;
  readonly samples: Int16Array;
}

/**
 * Writes the mixed samples: gathered until there are 64 KiB, then encoded and written outside of the caller's turn, one
 * write at a time. A failure ends the recording: it is told, and the file goes.
 */
export class RecordingWriter implements TimelineSink {
  readonly #options: RecordingWriterOptions;
  readonly #peaks = new Peaks();
  readonly #queue = new SampleQueue();
  #output: Output | undefined;
  #work: Promise<void> | undefined;
  #length = 0;
  #hasFailed = false;

  constructor(options: RecordingWriterOptions) {
    this.#options = options;
  }

  samples(pcm: Int16Array): void {
    if (this.#queue.bytes + pcm.byteLength > mostWaiting) {
      this.#options.failures.tell('the disk or the encoder is too slow for the recording; parts of it are silent');
      return this.silence(pcm.length);
    }
    this.#peaks.add(pcm);
    this.#length += pcm.length;
    if (!this.#hasFailed) this.#queue.push(pcm);
    this.#start();
  }

  silence(samples: number): void {
    this.#peaks.addSilence(samples);
    this.#length += samples;
    if (!this.#hasFailed) this.#queue.pushSilence(samples);
    this.#start();
  }

  /** Writes what waits, and closes the file. `start` is the place of the first sample. Never rejects. */
  async finish(start: number): Promise<Recording | undefined> {
    await this.#work;
    if (this.#length === 0 || this.#hasFailed) return undefined;
    this.#work = this.#run(async () => {
      await this.#write(1);
      await this.#close();
    });
    await this.#work;
    return this.#hasFailed ? undefined : this.#describe(start);
  }

  /** Stops, and leaves nothing behind. Never rejects. */
  async discard(): Promise<void> {
    this.#queue.clear();
    await this.#work;
    if (!this.#hasFailed) await this.#abandon();
  }

  #start(): void {
    if (this.#work !== undefined || this.#queue.samples < writeLength) return;
    const work = async (): Promise<void> => {
      // Not in the turn of whoever brought the frame: it may be on its way to a user's ear.
      await nextTurn();
      await this.#write(writeLength);
    };
    this.#work = this.#run(work).finally(() => {
      this.#work = undefined;
    });
  }

  async #run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.failures.tell('the recording could not be written and is lost', error);
      await this.#abandon();
    }
  }

  async #abandon(): Promise<void> {
    this.#hasFailed = true;
    this.#queue.clear();
    const output = this.#output;
    this.#output = undefined;
    closeStream(output?.stream);
    await output?.file.discard();
  }

  /** Writes until less than so many samples wait. */
  async #write(least: number): Promise<void> {
    const { file, stream, encoder, samples } = (this.#output ??= await this.#open());
    while (this.#queue.samples >= least) {
      await file.append(stream.encode(this.#queue.take(samples)));
      if (encoder !== undefined) await nextTurn();
    }
  }

  async #open(): Promise<Output> {
    const { encoder, createFile } = this.#options;
    const stream = encoder === undefined ? undefined : await this.#startEncoder(encoder);
    try {
      const file = await createFile(stream === undefined ? wavHeaderLength : 0);
      if (stream !== undefined) return { file, stream, encoder, samples: new Int16Array(encodeLength) };
      return { file, stream: wavStream, encoder: undefined, samples: new Int16Array(writeLength) };
    } catch (error) {
      closeStream(stream);
      throw error;
    }
  }

  async #startEncoder(encoder: AudioEncoder): Promise<EncoderStream | undefined> {
    try {
      return await encoder.start();
    } catch (error) {
      this.#options.failures.tell('the audio encoder cannot be used; the recording is a WAV', error);
      return undefined;
    }
  }

  async #close(): Promise<void> {
    const output = this.#output;
    if (output === undefined) return;
    await output.file.append(output.stream.end());
    await output.file.finish(output.encoder === undefined ? wavHeader(2 * this.#length) : new Uint8Array(0));
    closeStream(output.stream);
  }

  #describe(start: number): Recording | undefined {
    const output = this.#output;
    if (output === undefined) return undefined;
    const { file, encoder } = output;
    return createRecording({
      path: file.path,
      codec: encoder?.codec ?? 'wav',
      extension: encoder?.extension ?? 'wav',
      sampleRate: recordingRate,
      channels: 1,
      durationMs: roundMs(this.#length / samplesPerMs),
      startOffsetMs: roundMs(start / samplesPerMs),
      byteLength: file.byteLength,
      contentLength: file.contentLength,
      isEncrypted: file.isEncrypted,
      peaks: this.#peaks.toText(),
    });
  }
}

function closeStream(stream: EncoderStream | undefined): void {
  try {
    stream?.close?.();
  } catch {
    // It is not needed any more, whatever state it is in.
  }
}
