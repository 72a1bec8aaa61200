import { setImmediate as nextTurn } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream, TextEncoderStream, TransformStream, WritableStream } from 'node:stream/web';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { collectUntil } from './garbage.ts';
import { Recording } from './recording.ts';

function source(parts: readonly string[]): ReadableStream<string> {
  const waiting = parts.values();
  return new ReadableStream<string>(
    {
      pull: (controller) => {
        const { done, value } = waiting.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

function open(recording: Recording, stream = source(['a', 'b'])): ReadableStream<string> {
  return recording.run(() => traced('stream', () => stream)());
}

async function collect(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const part of stream) text += String(part);
  return text;
}

describe('a web stream that another part of the platform reads', () => {
  it.each<[string, (stream: ReadableStream<string>) => Promise<string>]>([
    ['Readable.fromWeb', async (stream) => (await Readable.fromWeb(stream).toArray()).join('')],
    ['ReadableStream.from', (stream) => collect(ReadableStream.from<string>(stream.values()))],
    [
      'yield*',
      (stream) =>
        collect(
          (async function* () {
            yield* stream;
          })(),
        ),
    ],
    [
      'pipeline',
      async (stream) => {
        let text = '';
        await pipeline(stream, async (parts: AsyncIterable<unknown>) => void (text = await collect(parts)));
        return text;
      },
    ],
    ['new Response', (stream) => new Response(stream.pipeThrough(new TextEncoderStream())).text()],
  ])('is recorded whole: %s', async (_, read) => {
    const recording = new Recording();
    expect(await read(open(recording))).toBe('ab');
    await collectUntil(() => recording.ended.length > 0);
    expect(recording.trees).toBe('stream');
    expect(recording.span('stream').output).toBe('ab');
  });

  it('can be transferred', async () => {
    const stream = open(new Recording());
    expect(await collect(structuredClone(stream, { transfer: [stream] }))).toBe('ab');
  });
});

describe('a cancel that is refused', () => {
  it('leaves the span open: the stream is another reader’s', async () => {
    const recording = new Recording();
    const stream = open(recording);
    const reader = stream.getReader();
    await expect(stream.cancel()).rejects.toThrow(TypeError);
    expect(recording.trees).toBe('');
    await reader.read();
    await reader.read();
    await reader.read();
    expect(recording.trees).toBe('stream');
    expect(recording.span('stream').output).toBe('ab');
  });

  it('leaves the span open: the reader was released', async () => {
    const recording = new Recording();
    const stream = open(recording);
    const released = stream.getReader();
    released.releaseLock();
    await expect(released.cancel()).rejects.toThrow(TypeError);
    expect(await collect(stream)).toBe('ab');
    expect(recording.trees).toBe('stream');
  });
});

function* numbers(): Generator<number> {
  yield 1;
}

describe('an iterator that is closed before its first step', () => {
  it('ends the span as cancelled: of a web stream', async () => {
    const recording = new Recording();
    await open(recording).values().return?.();
    expect(recording.trees).toBe('stream  [cancelled]');
  });

  it('ends the span as cancelled: of a generator that a plain function returned', () => {
    const recording = new Recording();
    const generator = recording.run(() => traced('stream', () => numbers())());
    generator.return?.(undefined);
    expect(recording.trees).toBe('stream  [cancelled]');
  });

  it('ends the span as cancelled: of the call that returned another call’s generator', () => {
    const recording = new Recording();
    const inner = traced('inner', function* () {
      yield 1;
    });
    recording.run(() => traced('outer', () => inner())()).return();
    expect(recording.trees).toBe('outer  [cancelled]');
  });

  it('is abandoned where nobody closes it either', async () => {
    const recording = new Recording();
    const inner = traced('inner', function* () {
      yield 1;
    });
    recording.run(() => void traced('outer', () => inner())());
    await collectUntil(() => recording.ended.length > 0);
    expect(recording.trees).toBe('outer  [abandoned]');
  });
});

describe('a pipe', () => {
  it('that is refused leaves its source unlocked', async () => {
    const stream = open(new Recording());
    const transform = new TransformStream<string, string>();
    const writer = transform.writable.getWriter();
    expect(() => stream.pipeThrough(transform)).toThrow(TypeError);
    await expect(stream.pipeTo(transform.writable)).rejects.toThrow(TypeError);
    writer.releaseLock();
    expect(stream.locked).toBe(false);
    expect(await collect(stream)).toBe('ab');
  });

  it('gives its source back when it is over', async () => {
    const stream = open(new Recording());
    const piped = stream.pipeThrough(new TransformStream<string, string>());
    expect(stream.locked).toBe(true);
    expect(await collect(piped)).toBe('ab');
    await nextTurn();
    expect(stream.locked).toBe(false);
  });

  it('loses no part that came right before an error', async () => {
    const recording = new Recording();
    let fail = (): void => {};
    const failing = new ReadableStream<string>(
      {
        start: (controller) => {
          fail = () => {
            controller.enqueue('last');
            controller.error(new Error('cut off'));
          };
        },
      },
      { highWaterMark: 0 },
    );
    const written: string[] = [];
    const sink = new WritableStream<string>({ write: (part) => void written.push(part) });
    const piping = open(recording, failing).pipeTo(sink);
    await nextTurn();
    fail();
    await expect(piping).rejects.toThrow('cut off');
    expect(written).toEqual(['last']);
    expect(recording.trees).toBe('stream  ERROR: cut off');
    expect(recording.span('stream').output).toBe('last');
  });
});

describe('an iterable that hands out another one’s iterator', () => {
  it('is recorded, as is the other', async () => {
    const recording = new Recording();
    const inner = traced('inner', () => ({ [Symbol.asyncIterator]: () => source(['a', 'b']).values() }));
    const outer = traced('outer', () => {
      const parts = inner();
      return { [Symbol.asyncIterator]: () => parts[Symbol.asyncIterator]() };
    });
    expect(await recording.run(() => collect(outer()))).toBe('ab');
    expect([recording.span('inner').output, recording.span('outer').output]).toEqual(['ab', 'ab']);
    expect(recording.span('outer').outcome).toBe('ok');
  });
});

describe('the getters of a step', () => {
  it('are read by its reader alone', () => {
    let reads = 0;
    const iterator = {
      next: () => ({
        get done() {
          reads += 1;
          return reads > 2;
        },
        value: 1,
      }),
      [Symbol.iterator]() {
        return this;
      },
    };
    const recording = new Recording();
    expect([...recording.run(() => traced('steps', () => iterator)())]).toEqual([1, 1]);
    expect(reads).toBe(3);
  });

  it('may throw', () => {
    const step = Object.defineProperty({ value: 1 }, 'done', {
      get() {
        throw new Error('no end');
      },
    });
    const steps = traced('steps', () => ({ next: () => step, [Symbol.iterator]: () => ({ next: () => step }) }));
    const recording = new Recording();
    expect(Reflect.get(recording.run(steps).next(), 'value')).toBe(1);
  });
});
