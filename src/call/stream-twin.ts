/**
 * A stream that gives what `source` gives, read by the methods of `source` when it is asked: nothing is read ahead,
 * nothing is locked before the first read, cancelling reaches the source, a byte stream stays one.
 */
export function passThrough(source: ReadableStream<unknown>): ReadableStream<unknown> {
  return isByteStream(source) ? byteTwin(source) : plainTwin(source);
}

/** The same for a pipe, which locks its source at once and is over when that fails. `release` gives up the lock. */
export function pipeSource(source: ReadableStream<unknown>): { stream: ReadableStream<unknown>; release: () => void } {
  const reader = source.getReader();
  // A part that is on its way arrives before the error that came after it.
  let reading: Promise<unknown> = Promise.resolve();
  const stream = new ReadableStream<unknown>(
    {
      start(controller) {
        reader.closed.catch(async (error: unknown) => {
          await reading.catch(() => {});
          controller.error(error);
        });
      },
      pull(controller) {
        const read = async (): Promise<void> => {
          const chunk = await reader.read();
          if (chunk.done) controller.close();
          else controller.enqueue(chunk.value);
        };
        return (reading = read());
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { stream, release: () => reader.releaseLock() };
}

function plainTwin(source: ReadableStream<unknown>): ReadableStream<unknown> {
  const reading = new LateReader(source);
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        const chunk = await reading.read();
        if (chunk.done) controller.close();
        else controller.enqueue(chunk.value);
      },
      cancel: (reason) => reading.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function byteTwin(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reading = new LateReader(source);
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const chunk = await reading.read();
      if (chunk.done) {
        controller.close();
        controller.byobRequest?.respond(0);
      } else {
        // Enqueueing hands the buffer over; the source may have given a view of one that it still uses.
        controller.enqueue(new Uint8Array(chunk.value));
      }
    },
    cancel: (reason) => reading.cancel(reason),
  });
}

/** A reader that locks its stream when it is first used. */
class LateReader<Chunk> {
  readonly #source: ReadableStream<Chunk>;
  #reader: ReadableStreamDefaultReader<Chunk> | undefined;

  constructor(source: ReadableStream<Chunk>) {
    this.#source = source;
  }

  async read(): ReturnType<ReadableStreamDefaultReader<Chunk>['read']> {
    this.#reader ??= this.#source.getReader();
    return this.#reader.read();
  }

  async cancel(reason: unknown): Promise<void> {
    return this.#reader === undefined ? this.#source.cancel(reason) : this.#reader.cancel(reason);
  }
}

function isByteStream(stream: ReadableStream<unknown>): stream is ReadableStream<Uint8Array> {
  if (stream.locked) return false;
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
