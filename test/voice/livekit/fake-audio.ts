import { EventEmitter } from 'node:events';
import type { TraceExporter } from 'clew';

/** Takes recordings, and keeps nothing: what makes a call listen at all. */
export const audioExporter: TraceExporter = { export: () => {}, exportAudio: () => {} };

/** 20 ms of sound, as LiveKit's `AudioFrame` is. */
export function frame(level = 8_000): object {
  return { data: new Int16Array(480).fill(level), sampleRate: 24_000, channels: 1, samplesPerChannel: 480 };
}

/** LiveKit's `AudioOutput`: says what it was told, and gives what only it can give. */
export class FakeOutput extends EventEmitter {
  readonly told: unknown[] = [];
  readonly captured = Promise.resolve();

  captureFrame(given: unknown): Promise<void> {
    this.told.push(given);
    return this.captured;
  }

  pause(): string {
    this.told.push('pause');
    return 'paused';
  }

  resume(): string {
    this.told.push('resume');
    return 'resumed';
  }
}

/** LiveKit's `AudioInput`: one stream, which is the same whoever asks. */
export class FakeInput {
  readonly #stream: ReadableStream<unknown>;

  constructor(frames: readonly unknown[] = []) {
    this.#stream = new ReadableStream({
      start: (controller) => {
        for (const each of frames) controller.enqueue(each);
        controller.close();
      },
    });
  }

  get stream(): ReadableStream<unknown> {
    return this.#stream;
  }
}
