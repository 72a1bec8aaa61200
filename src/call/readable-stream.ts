import { watchForLoss, type Followed } from './followed.ts';
import { StreamOutput } from './stream-output.ts';

/** True for a stream that we may stand in for: of the platform's own class, and not being read. */
export function isPlainReadableStream(value: object): value is ReadableStream<unknown> {
  return value instanceof ReadableStream && Object.getPrototypeOf(value) === ReadableStream.prototype && !value.locked;
}

/**
 * A stream that gives what `source` gives, when it is asked: nothing is read ahead, cancelling reaches the source, a
 * byte stream stays one. The span ends with the stream.
 */
export function followReadableStream(source: ReadableStream<unknown>, followed: Followed): ReadableStream<unknown> {
  const output = new StreamOutput(followed.span.capturer);
  const stream = isByteStream(source) ? byteTwin(source, followed, output) : twin(source, followed, output);
  watchForLoss(stream, followed, 'abandoned', output);
  return stream;
}

function twin(source: ReadableStream<unknown>, followed: Followed, output: StreamOutput): ReadableStream<unknown> {
  const reader = source.getReader();
  const watch = new StreamWatch(followed, output);
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        const { done, value } = await watch.read(() => reader.read());
        if (done) {
          watch.end();
          controller.close();
        } else {
          watch.take(value);
          controller.enqueue(value);
        }
      },
      cancel: (reason) => watch.cancel(() => reader.cancel(reason)),
    },
    { highWaterMark: 0 },
  );
}

function byteTwin(
  source: ReadableStream<Uint8Array>,
  followed: Followed,
  output: StreamOutput,
): ReadableStream<Uint8Array> {
  const watch = new StreamWatch(followed, output);
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const request = controller.byobRequest;
      // A reader that brings its own buffer gets it filled; any other gets the source's own chunks.
      const { done, value } = await watch.read(() =>
        request?.view ? readInto(source, request.view.byteLength) : readChunk(source),
      );
      if (done || value === undefined) {
        watch.end();
        controller.close();
        request?.respond(0);
        return;
      }
      watch.take(value);
      if (!request?.view) return controller.enqueue(copyBytes(value));
      new Uint8Array(request.view.buffer, request.view.byteOffset, value.byteLength).set(value);
      request.respond(value.byteLength);
    },
    cancel: (reason) => watch.cancel(() => source.cancel(reason)),
  });
}

interface Chunk {
  readonly done: boolean;
  readonly value: Uint8Array | undefined;
}

async function readChunk(source: ReadableStream<Uint8Array>): Promise<Chunk> {
  const reader = source.getReader();
  try {
    const { done, value } = await reader.read();
    return { done, value };
  } finally {
    reader.releaseLock();
  }
}

async function readInto(source: ReadableStream<Uint8Array>, length: number): Promise<Chunk> {
  const reader = source.getReader({ mode: 'byob' });
  try {
    const { done, value } = await reader.read(new Uint8Array(length));
    return { done, value };
  } finally {
    reader.releaseLock();
  }
}

/** Enqueueing hands the buffer over; the source may have given a view of one that it still uses. */
function copyBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}

function isByteStream(stream: ReadableStream<unknown>): stream is ReadableStream<Uint8Array> {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** Tells the span what happens to the stream. */
class StreamWatch {
  readonly #followed: Followed;
  readonly #output: StreamOutput;

  constructor(followed: Followed, output: StreamOutput) {
    this.#followed = followed;
    this.#output = output;
  }

  async read<Result>(read: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#followed.run(read);
    } catch (error) {
      this.#followed.span.conclude({ outcome: 'error', thrown: { error }, outputText: this.#output.text() });
      throw error;
    }
  }

  take(value: unknown): void {
    this.#output.add(value);
    this.#followed.span.observe(value, this.#output.count === 1);
  }

  end(): void {
    this.#followed.span.conclude({ outcome: 'ok', outputText: this.#output.text() });
  }

  async cancel(cancel: () => Promise<void>): Promise<void> {
    try {
      await this.#followed.run(cancel);
    } finally {
      this.#followed.span.conclude({ outcome: 'cancelled', outputText: this.#output.text() });
    }
  }
}
