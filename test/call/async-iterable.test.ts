import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

/** As the providers' clients give them: iterable, no iterator, with methods of its own. */
class ChunkStream {
  readonly controller = new AbortController();
  readonly #parts: readonly string[];

  constructor(...parts: readonly string[]) {
    this.#parts = parts;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (const part of this.#parts) yield part;
  }
}

async function collect(source: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of source) text += part;
  return text;
}

describe('an async iterable that is no iterator', () => {
  it('is the same object with its own methods, and is read to its end', async () => {
    const recording = new Recording();
    const bare = new ChunkStream('one ', 'two');
    const stream = recording.run(() => traced('stream', () => bare)());
    expect(stream).toBe(bare);
    expect(stream.controller).toBeInstanceOf(AbortController);
    expect(Object.keys(stream)).toEqual(['controller']);
    expect(recording.trees).toBe('');
    expect(await collect(stream)).toBe('one two');
    expect(recording.trees).toBe('stream');
    expect(recording.span('stream').output).toBe('one two');
  });

  it('can be read again as before; the first reading is the span', async () => {
    const recording = new Recording();
    const stream = recording.run(traced('stream', () => new ChunkStream('a', 'b')));
    expect([await collect(stream), await collect(stream)]).toEqual(['ab', 'ab']);
    expect(recording.trees).toBe('stream');
    expect(recording.span('stream').output).toBe('ab');
  });

  it('is cancelled by break', async () => {
    const recording = new Recording();
    for await (const _ of recording.run(traced('stream', () => new ChunkStream('a', 'b')))) break;
    expect(recording.trees).toBe('stream  [cancelled]');
    expect(recording.span('stream').output).toBe('a');
  });

  it('that a promise gives is followed to its end', async () => {
    const recording = new Recording();
    const bare = new ChunkStream('one ', 'two');
    const stream = await recording.run(() => traced('stream', async () => bare)());
    expect(stream).toBe(bare);
    expect(recording.trees).toBe('');
    expect(await collect(stream)).toBe('one two');
    expect(recording.trees).toBe('stream');
    expect(recording.span('stream').output).toBe('one two');
  });

  it('a generator that a promise gives is followed to its end', async () => {
    const recording = new Recording();
    const start = traced('start', async () => new ChunkStream('a', 'b')[Symbol.asyncIterator]());
    expect(await collect(await recording.run(start))).toBe('ab');
    expect(recording.trees).toBe('start');
    expect(recording.span('start').output).toBe('ab');
  });

  it('whose iterator fails rejects with the same object', async () => {
    const recording = new Recording();
    const error = new Error('cut off');
    const source = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
    };
    const result = recording.run(() => traced('source', () => source)());
    await expect(collect(result)).rejects.toBe(error);
    expect(recording.trees).toBe('source  ERROR: cut off');
  });

  it('whose iterator steps without promises is read as ever', async () => {
    const recording = new Recording();
    const source = {
      [Symbol.asyncIterator]() {
        const parts = ['a', 'b'].values();
        return { next: () => parts.next() as unknown as Promise<IteratorResult<string, undefined>> };
      },
    };
    expect(await collect(recording.run(() => traced('source', () => source)()))).toBe('ab');
    expect(recording.span('source').output).toBe('ab');
  });

  it('whose iterator steps with thenables of its own is read as ever, to its end', async () => {
    const recording = new Recording();
    const later = <Value>(value: Value): PromiseLike<Value> => {
      const promise = Promise.resolve(value);
      // eslint-disable-next-line unicorn/no-thenable -- a promise of another library is what it is about
      return { then: (onFulfilled, onRejected) => promise.then(onFulfilled, onRejected) };
    };
    const source = {
      [Symbol.asyncIterator]() {
        const parts = ['a', 'b'].values();
        return { next: () => later(parts.next()) as Promise<IteratorResult<string, undefined>> };
      },
    };
    expect(await collect(recording.run(() => traced('source', () => source)()))).toBe('ab');
    expect(recording.trees).toBe('source');
    expect(recording.span('source').output).toBe('ab');
  });

  it('that is frozen works on, unseen', async () => {
    const recording = new Recording();
    const stream = Object.freeze(new ChunkStream('a'));
    expect(await collect(recording.run(() => traced('frozen', () => stream)()))).toBe('a');
    expect(recording.trees).toBe('frozen  [detached]');
  });
});
