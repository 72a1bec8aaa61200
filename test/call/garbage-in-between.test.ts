import { setImmediate as nextTurn } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { collectUntil } from './garbage.ts';
import { Recording } from './recording.ts';

async function collect(): Promise<void> {
  let turns = 0;
  await collectUntil(() => (turns += 1) > 3);
}

const parts = ['a', 'b', 'c'];

/** Its iterators do not hold it: it may be collected as soon as it is read. */
function loose(): AsyncIterable<string> {
  return {
    [Symbol.asyncIterator]() {
      const waiting = parts.values();
      return { next: async () => (await nextTurn(), waiting.next()) };
    },
  };
}

async function* generated(): AsyncGenerator<string> {
  for (const part of parts) {
    await nextTurn();
    yield part;
  }
}

function streamed(): ReadableStream<string> {
  const waiting = parts.values();
  return new ReadableStream<string>(
    {
      pull: async (controller) => {
        await nextTurn();
        const { done, value } = waiting.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

function bytes(): ReadableStream<Uint8Array> {
  const waiting = parts.values();
  return new ReadableStream({
    type: 'bytes',
    pull: (controller) => {
      const { done, value } = waiting.next();
      if (!done) controller.enqueue(new TextEncoder().encode(value));
      else {
        controller.close();
        controller.byobRequest?.respond(0);
      }
    },
  });
}

/** A lazy client: its `then` starts the work. */
function lazy<Value>(make: () => Value): PromiseLike<Value> {
  return {
    // oxlint-disable-next-line unicorn/no-thenable
    then: (fulfil, reject) => nextTurn().then(make).then(fulfil, reject),
  };
}

async function loop(source: AsyncIterable<string> | Iterable<string>): Promise<string> {
  let text = '';
  for await (const part of source) {
    await collect();
    text += part;
  }
  return text;
}

async function byNext(source: AsyncIterable<string>): Promise<string> {
  let text = '';
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await iterator.next();
    await collect();
    if (done === true) return text;
    text += value;
  }
}

async function byReader(stream: ReadableStream<string>): Promise<string> {
  let text = '';
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    await collect();
    if (done) return text;
    text += value;
  }
}

const ways: Record<string, () => Promise<string>> = {
  'a promise': traced('result', async () => {
    await collect();
    return 'abc';
  }),
  'a promise that is not the function’s own': () => {
    const settled = nextTurn('abc');
    return traced('result', () => settled)();
  },
  'a lazy thenable': async () => traced('result', () => lazy(() => 'abc'))(),
  'a lazy thenable of a generator': async () => loop(await traced('result', () => lazy(generated))()),
  'a generator': () =>
    loop(
      traced('result', function* () {
        yield* parts;
      })(),
    ),
  'an asynchronous generator': () => loop(traced('result', generated)()),
  'an asynchronous generator, by next()': () => byNext(traced('result', generated)()),
  'an iterable that its iterator does not hold': () => loop(traced('result', loose)()),
  'such an iterable of an async function': async () => loop(await traced('result', async () => loose())()),
  'such an iterable, by next()': async () => byNext(await traced('result', async () => loose())()),
  'such an iterable, by Readable.from': async () => loop(Readable.from(await traced('result', async () => loose())())),
  'such an iterable, by ReadableStream.from': async () =>
    byReader(ReadableStream.from<string>(await traced('result', async () => loose())())),
  'such an iterable, by yield*': async () => {
    const source = await traced('result', async () => loose())();
    return loop(
      (async function* () {
        yield* source;
      })(),
    );
  },
  'a web stream, by a reader': () => byReader(traced('result', streamed)()),
  'a web stream, by for await': () => loop(traced('result', streamed)().values()),
  'a web stream of an async function': async () => byReader(await traced('result', async () => streamed())()),
  'a web stream, by tee': async () => {
    const [first, second] = traced('result', streamed)().tee();
    const [text] = await Promise.all([byReader(first), byReader(second)]);
    return text;
  },
  'a web stream, by pipeTo': async () => {
    let text = '';
    const write = async (part: string): Promise<void> => {
      await collect();
      text += part;
    };
    await traced('result', streamed)().pipeTo(new WritableStream({ write }));
    return text;
  },
  'a web stream, by pipeThrough': () =>
    byReader(traced('result', streamed)().pipeThrough(new TransformStream<string, string>())),
};

describe('garbage that is collected at every step', () => {
  it.each(Object.entries(ways))('costs nothing of the record: %s', async (_, read) => {
    const recording = new Recording();
    expect(await recording.run(read)).toBe('abc');
    await collectUntil(() => recording.ended.length > 0);
    expect(recording.trees).toBe('result');
    const { output } = recording.span('result');
    expect(Array.isArray(output) ? output.join('') : output).toBe('abc');
  });

  it('costs nothing of the record: a byte stream with buffers of its reader', async () => {
    const recording = new Recording();
    const reader = recording.run(traced('result', bytes)).getReader({ mode: 'byob' });
    let text = '';
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(1));
      await collect();
      if (done) break;
      text += new TextDecoder().decode(value);
    }
    expect(text).toBe('abc');
    expect(recording.trees).toBe('result');
    expect(recording.span('result').output).toHaveLength(3);
  });

  it('costs nothing of the record: a Node stream', async () => {
    const recording = new Recording();
    expect(await loop(recording.run(traced('result', () => Readable.from(generated()))))).toBe('abc');
    expect(recording.trees).toBe('result');
  });
});

describe('a result that its own function holds', () => {
  it('is lost when the program lets go of both', async () => {
    const recording = new Recording();
    const lost = recording.run(() => {
      const stream = streamed();
      traced('result', () => stream)();
      return new WeakRef(stream);
    });
    await collectUntil(() => recording.ended.length > 0 && lost.deref() === undefined);
    expect(lost.deref()).toBeUndefined();
    expect(recording.trees).toBe('result  [abandoned]');
  });
});
