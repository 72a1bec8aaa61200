import type { Ending } from '../span/span.ts';
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
      start: (controller) => watch.hearEnd(reader.closed, controller),
      async pull(controller) {
        await watch.step(
          () => reader.read(),
          controller,
          (value) => controller.enqueue(value),
        );
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
  const readers = new ByteReaders(source);
  return new ReadableStream({
    type: 'bytes',
    start: (controller) =>
      readers.each((reader) => watch.hearEnd(reader.closed, controller, () => readers.has(reader))),
    async pull(controller) {
      const request = controller.byobRequest;
      const view = request?.view;
      // A reader that brings its own buffer gets it filled; any other gets the source's own chunks.
      const isOver = await watch.step(
        () => readers.read(view?.byteLength),
        controller,
        (value) => {
          if (!request || !view) return controller.enqueue(copyBytes(value));
          new Uint8Array(view.buffer, view.byteOffset, value.byteLength).set(value);
          request.respond(value.byteLength);
        },
      );
      if (isOver) request?.respond(0);
    },
    cancel: (reason) => watch.cancel(() => readers.cancel(reason)),
  });
}

type Chunk<Value> = { readonly done: false; readonly value: Value } | { readonly done: true };
type StreamEnd = Pick<ReadableStreamDefaultController, 'close' | 'error'>;

type ByteReader = ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader;

/** Reads a byte stream with the kind of reader that is asked for. It keeps hold of one, to hear of the source's end. */
class ByteReaders {
  readonly #source: ReadableStream<Uint8Array>;
  #reader: ByteReader;
  #onTaken: (reader: ByteReader) => void = () => {};

  constructor(source: ReadableStream<Uint8Array>) {
    this.#source = source;
    this.#reader = source.getReader();
  }

  /** Calls `onTaken` with the reader in use, and with each that comes after it. */
  each(onTaken: (reader: ByteReader) => void): void {
    this.#onTaken = onTaken;
    onTaken(this.#reader);
  }

  has(reader: ByteReader): boolean {
    return this.#reader === reader;
  }

  /** The next chunk, at most `length` bytes if that is given. */
  read(length: number | undefined): Promise<Chunk<Uint8Array>> {
    return length === undefined ? this.#plainReader().read() : this.#fillingReader().read(new Uint8Array(length));
  }

  cancel(reason: unknown): Promise<void> {
    return this.#reader.cancel(reason);
  }

  #plainReader(): ReadableStreamDefaultReader<Uint8Array> {
    if (this.#reader instanceof ReadableStreamDefaultReader) return this.#reader;
    this.#reader.releaseLock();
    return this.#take(this.#source.getReader());
  }

  #fillingReader(): ReadableStreamBYOBReader {
    if (this.#reader instanceof ReadableStreamBYOBReader) return this.#reader;
    this.#reader.releaseLock();
    return this.#take(this.#source.getReader({ mode: 'byob' }));
  }

  #take<Reader extends ByteReader>(reader: Reader): Reader {
    this.#reader = reader;
    this.#onTaken(reader);
    return reader;
  }
}

/** Enqueueing hands the buffer over; the source may have given a view of one that it still uses. */
function copyBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
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
  #isReading = false;
  #isOver = false;
  /** What became of the source while a part of it was still on its way to the reader. */
  #heldEnd: (() => void) | undefined;

  constructor(followed: Followed, output: StreamOutput) {
    this.#followed = followed;
    this.#output = output;
  }

  /** Passes on an end of the source that comes while nobody reads; any other end is the answer of a read. */
  hearEnd(closed: Promise<unknown>, controller: StreamEnd, isCurrent: () => boolean = () => true): void {
    const hear = (end: () => void): void => {
      if (!isCurrent()) return;
      if (this.#isReading) this.#heldEnd = end;
      else end();
    };
    const fail = (error: unknown): void => {
      if (this.#fail(error)) controller.error(error);
    };
    closed.then(
      () => hear(() => this.#end(controller)),
      (error: unknown) => hear(() => fail(error)),
    );
  }

  /** Reads one part and delivers it; true when there was none left. */
  async step<Value>(
    read: () => Promise<Chunk<Value>>,
    controller: StreamEnd,
    deliver: (value: Value) => void,
  ): Promise<boolean> {
    this.#isReading = true;
    try {
      const chunk = await this.#followed.run(read);
      if (chunk.done) this.#end(controller);
      else this.#take(chunk.value, deliver);
      return chunk.done;
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      this.#isReading = false;
      this.#heldEnd?.();
    }
  }

  async cancel(cancel: () => Promise<void>): Promise<void> {
    this.#isOver = true;
    try {
      await this.#followed.run(cancel);
    } finally {
      this.#followed.span.conclude({ outcome: 'cancelled', ...this.#told() });
    }
  }

  #take<Value>(value: Value, deliver: (value: Value) => void): void {
    this.#followed.span.observe(this.#output.add(value), this.#output.count === 1, value);
    deliver(value);
  }

  #end(controller: StreamEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#followed.span.conclude({ outcome: 'ok', ...this.#told() });
    controller.close();
  }

  #told(): Pick<Ending, 'outputText' | 'toolCalls'> {
    return { outputText: this.#output.text(), toolCalls: this.#output.toolCalls };
  }

  #fail(error: unknown): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#followed.span.conclude({ outcome: 'error', thrown: { error }, ...this.#told() });
    return true;
  }
}
