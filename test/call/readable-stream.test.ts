import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

/** A source that tells what it is asked: nothing is read ahead of its reader. */
class Source {
  readonly pulled = vi.fn<() => void>();
  readonly cancelled = vi.fn<(reason: unknown) => void>();
  readonly stream: ReadableStream<string>;

  constructor(parts: readonly string[], failure?: unknown) {
    const waiting = parts.values();
    this.stream = new ReadableStream<string>(
      {
        pull: (controller) => {
          this.pulled();
          const { done, value } = waiting.next();
          if (!done) controller.enqueue(value);
          else if (failure === undefined) controller.close();
          else controller.error(failure);
        },
        cancel: (reason) => this.cancelled(reason),
      },
      { highWaterMark: 0 },
    );
  }
}

async function collect(stream: ReadableStream<string>): Promise<string> {
  let text = '';
  for await (const part of stream) text += part;
  return text;
}

function open(recording: Recording, stream: ReadableStream<string>): ReadableStream<string> {
  return recording.run(() => traced('stream', () => stream)());
}

describe('a ReadableStream', () => {
  it('comes back as a plain, unlocked ReadableStream', () => {
    const stream = open(new Recording(), new Source([]).stream);
    expect(Object.getPrototypeOf(stream)).toBe(ReadableStream.prototype);
    expect(stream.locked).toBe(false);
    expect(Object.keys(stream)).toEqual([]);
  });

  it('is read by a reader, part by part', async () => {
    const recording = new Recording();
    const reader = open(recording, new Source(['a', 'b']).stream).getReader();
    expect([await reader.read(), await reader.read()]).toEqual([
      { done: false, value: 'a' },
      { done: false, value: 'b' },
    ]);
    expect(recording.trees).toBe('');
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    await reader.closed;
    expect(recording.trees).toBe('stream');
    expect(recording.span('stream').output).toBe('ab');
  });

  it('is read by for await, by pipeTo and by tee', async () => {
    const recording = new Recording();
    expect(await collect(open(recording, new Source(['a', 'b']).stream))).toBe('ab');
    let piped = '';
    const sink = new WritableStream<string>({ write: (part) => void (piped += part) });
    await open(recording, new Source(['a', 'b']).stream).pipeTo(sink);
    expect(piped).toBe('ab');
    const branches = open(recording, new Source(['a', 'b']).stream).tee();
    expect(await Promise.all(branches.map(collect))).toEqual(['ab', 'ab']);
    expect(recording.trees).toBe('stream\nstream\nstream');
    expect(recording.exporter.spans.map(({ output }) => output)).toEqual(['ab', 'ab', 'ab']);
  });

  it('is piped through a transform, with its errors', async () => {
    const recording = new Recording();
    const error = new Error('cut off');
    const upper = () =>
      new TransformStream<string, string>({ transform: (part, to) => to.enqueue(part.toUpperCase()) });
    expect(await collect(open(recording, new Source(['a', 'b']).stream).pipeThrough(upper()))).toBe('AB');
    const failing = open(recording, new Source(['a'], error).stream).pipeThrough(upper());
    await expect(collect(failing)).rejects.toBe(error);
    expect(recording.trees).toBe('stream\nstream  ERROR: cut off');
  });

  it('reads nothing ahead', async () => {
    const source = new Source(['a', 'b', 'c']);
    const reader = open(new Recording(), source.stream).getReader();
    await nextTurn();
    expect(source.pulled).toHaveBeenCalledTimes(0);
    await reader.read();
    await nextTurn();
    expect(source.pulled).toHaveBeenCalledTimes(1);
  });

  it('hands the reason of a cancel to the source, and waits for it', async () => {
    const recording = new Recording();
    const source = new Source(['a', 'b']);
    const reason = { why: 'enough' };
    const reader = open(recording, source.stream).getReader();
    await reader.read();
    await reader.cancel(reason);
    expect(source.cancelled).toHaveBeenCalledExactlyOnceWith(reason);
    expect(source.cancelled.mock.calls[0]?.[0]).toBe(reason);
    expect(recording.trees).toBe('stream  [cancelled]');
    expect(recording.span('stream').output).toBe('a');
  });

  it('is cancelled by break, and not with preventCancel', async () => {
    const recording = new Recording();
    const source = new Source(['a', 'b']);
    const stream = open(recording, source.stream);
    for await (const part of stream.values({ preventCancel: true })) if (part === 'a') break;
    expect(source.cancelled).not.toHaveBeenCalled();
    for await (const part of stream) if (part === 'b') break;
    expect(source.cancelled).toHaveBeenCalledTimes(1);
    expect(recording.trees).toBe('stream  [cancelled]');
  });

  it('rejects a cancel with what the source throws', async () => {
    const recording = new Recording();
    const error = new Error('cannot stop');
    const source = new Source(['a']);
    source.cancelled.mockImplementation(() => {
      throw error;
    });
    await expect(open(recording, source.stream).cancel('why')).rejects.toBe(error);
    expect(recording.trees).toBe('stream  [cancelled]');
  });

  it('fails with the same object, in read and in closed', async () => {
    const recording = new Recording();
    const error = { code: 7 };
    const reader = open(recording, new Source(['a'], error).stream).getReader();
    await reader.read();
    await expect(reader.read()).rejects.toBe(error);
    await expect(reader.closed).rejects.toBe(error);
    expect(recording.trees).toBe('stream  ERROR: {"code":7}');
    expect(recording.span('stream').output).toBe('a');
  });

  it('is closed, or fails, when the source is, even while nobody reads', async () => {
    const recording = new Recording();
    const error = new Error('hung up');
    const closing = open(recording, new ReadableStream({ start: (controller) => controller.close() }));
    await closing.getReader().closed;
    const failing = open(recording, new ReadableStream({ start: (controller) => controller.error(error) }));
    await expect(failing.getReader().closed).rejects.toBe(error);
    expect(recording.trees).toBe('stream\nstream  ERROR: hung up');
  });

  it('is closed with its last part, when the source is, before anybody reads on', async () => {
    const recording = new Recording();
    const pull = (controller: ReadableStreamDefaultController<string>) => {
      controller.enqueue('a');
      controller.close();
    };
    const reader = open(recording, new ReadableStream<string>({ pull }, { highWaterMark: 0 })).getReader();
    expect(await reader.read()).toEqual({ done: false, value: 'a' });
    await reader.closed;
    expect(recording.trees).toBe('stream');
    expect(recording.span('stream').output).toBe('a');
  });

  it('a read that waits ends when the stream is cancelled', async () => {
    const recording = new Recording();
    const cancelled = vi.fn<(reason: unknown) => void>();
    const reader = open(recording, new ReadableStream<string>({ cancel: cancelled })).getReader();
    const waiting = reader.read();
    await nextTurn();
    await reader.cancel('enough');
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(cancelled).toHaveBeenCalledExactlyOnceWith('enough');
    expect(recording.trees).toBe('stream  [cancelled]');
  });

  it('that a promise gives is followed to its end', async () => {
    const recording = new Recording();
    const source = new Source(['a', 'b']);
    const stream = await recording.run(traced('stream', async () => source.stream));
    expect(recording.trees).toBe('');
    expect(await collect(stream)).toBe('ab');
    expect(recording.trees).toBe('stream');
  });

  it('nests what its source calls', async () => {
    const recording = new Recording();
    const load = traced('load', async () => 'part');
    const open = traced('stream', () => {
      let count = 0;
      return new ReadableStream<string>(
        {
          async pull(controller) {
            controller.enqueue(await load());
            if ((count += 1) === 2) controller.close();
          },
        },
        { highWaterMark: 0 },
      );
    });
    expect(await collect(recording.run(open))).toBe('partpart');
    expect(recording.trees).toBe('stream\n  load\n  load');
  });
});

describe('a stream that we must not stand in for', () => {
  it('is left alone while it is locked: the span ends at return, as detached', async () => {
    const recording = new Recording();
    const { stream } = new Source(['a']);
    const reader = stream.getReader();
    expect(open(recording, stream)).toBe(stream);
    expect(recording.trees).toBe('stream  [detached]');
    expect(await reader.read()).toEqual({ done: false, value: 'a' });
  });

  it('is the same object when it is of a subclass, and followed', async () => {
    const recording = new Recording();
    class Labelled extends ReadableStream<string> {
      readonly label = 'labelled';
    }
    const stream = new Labelled({ start: (controller) => (controller.enqueue('a'), controller.close()) });
    const result = recording.run(() => traced('stream', () => stream)());
    expect(result).toBe(stream);
    expect(result.label).toBe('labelled');
    expect(recording.trees).toBe('');
    expect(await collect(result)).toBe('a');
    expect(recording.trees).toBe('stream');
    expect(recording.span('stream').output).toBe('a');
  });

  it('is left alone inside a response', async () => {
    const recording = new Recording();
    const response = new Response('hello');
    expect(recording.run(() => traced('fetch', () => response)())).toBe(response);
    expect(await response.text()).toBe('hello');
    expect(recording.trees).toBe('fetch');
  });
});
