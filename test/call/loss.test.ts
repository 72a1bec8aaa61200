import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { collectUntil } from './garbage.ts';
import { Recording } from './recording.ts';

async function* words(): AsyncGenerator<string> {
  yield 'one ';
  yield 'two ';
}

/** Reads the first part and lets go of the rest, without closing it. */
const readOne: Record<string, () => Promise<WeakRef<object>>> = {
  'a generator': async () => {
    const generator = traced('lost', function* () {
      yield 'one ';
      yield 'two ';
    })();
    generator.next();
    return new WeakRef(generator);
  },
  'an asynchronous generator': async () => {
    const generator = traced('lost', words)();
    await generator.next();
    return new WeakRef(generator);
  },
  'an async iterable’s iterator': async () => {
    const iterable = traced('lost', () => ({ [Symbol.asyncIterator]: words }))();
    const iterator = iterable[Symbol.asyncIterator]();
    await iterator.next();
    return new WeakRef(iterator);
  },
  'a ReadableStream': async () => {
    const stream = traced('lost', () => ReadableStream.from(words()))();
    await stream.getReader().read();
    return new WeakRef(stream);
  },
};

describe('a stream that nobody finishes', () => {
  it.each(Object.entries(readOne))('is not kept, and its span ends as abandoned: %s', async (_, read) => {
    const recording = new Recording();
    const lost = await recording.run(read);
    await collectUntil(() => recording.ended.length > 0 && lost.deref() === undefined);
    expect(lost.deref()).toBeUndefined();
    expect(recording.trees).toBe('lost  [abandoned]');
    expect(recording.span('lost').output).toBe('one ');
  });

  it('is not kept, and its span ends as abandoned: a Node stream', async () => {
    const recording = new Recording();
    const lost = recording.run(() => new WeakRef(traced('lost', () => new Readable({ read: () => undefined }))()));
    await collectUntil(() => recording.ended.length > 0 && lost.deref() === undefined);
    expect(lost.deref()).toBeUndefined();
    expect(recording.trees).toBe('lost  [abandoned]');
  });

  it('an async iterable that nobody reads is abandoned too', async () => {
    const recording = new Recording();
    const lost = recording.run(() => new WeakRef(traced('lost', () => ({ [Symbol.asyncIterator]: words }))()));
    await collectUntil(() => recording.ended.length > 0 && lost.deref() === undefined);
    expect(lost.deref()).toBeUndefined();
    expect(recording.trees).toBe('lost  [abandoned]');
  });

  it('leaves no span behind for a generator that was never read', async () => {
    const recording = new Recording();
    const lost = recording.run(() => new WeakRef(traced('lost', words)()));
    await collectUntil(() => lost.deref() === undefined);
    expect(lost.deref()).toBeUndefined();
    expect(recording.trees).toBe('');
  });

  it('one that was read to its end is not called abandoned later', async () => {
    const recording = new Recording();
    const lost = await recording.run(async () => {
      const generator = traced('read', words)();
      for await (const _ of generator);
      return new WeakRef(generator);
    });
    await collectUntil(() => lost.deref() === undefined);
    expect(lost.deref()).toBeUndefined();
    expect(recording.trees).toBe('read');
  });
});
