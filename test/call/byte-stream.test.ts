import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

function byteSource(
  parts: readonly number[][],
  cancel = vi.fn<(reason: unknown) => void>(),
  failure?: unknown,
): ReadableStream<Uint8Array> {
  const waiting = parts.values();
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const { done, value } = waiting.next();
      if (!done) controller.enqueue(Uint8Array.from(value));
      else if (failure !== undefined) controller.error(failure);
      else {
        controller.close();
        controller.byobRequest?.respond(0);
      }
    },
    cancel,
  });
}

function open(recording: Recording, stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return recording.run(() => traced('bytes', () => stream)());
}

describe('a byte stream', () => {
  it('stays one: a reader may bring its own buffer', async () => {
    const recording = new Recording();
    const reader = open(recording, byteSource([[1, 2, 3], [4]])).getReader({ mode: 'byob' });
    const read: number[][] = [];
    let buffer = new ArrayBuffer(2);
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (value !== undefined) buffer = value.buffer;
      if (done) break;
      expect(value.buffer.byteLength).toBe(2);
      read.push([...value]);
    }
    expect(read).toEqual([[1, 2], [3], [4]]);
    expect(recording.trees).toBe('bytes');
  });

  it('fills wider elements', async () => {
    const reader = open(new Recording(), byteSource([[1, 0, 2, 0]])).getReader({ mode: 'byob' });
    const { value } = await reader.read(new Uint16Array(2));
    expect(value).toEqual(Uint16Array.from([1, 2]));
  });

  it('is read without a buffer too, and by for await', async () => {
    const recording = new Recording();
    const reader = open(recording, byteSource([[1, 2], [3]])).getReader();
    expect(await reader.read()).toEqual({ done: false, value: Uint8Array.from([1, 2]) });
    expect(await reader.read()).toEqual({ done: false, value: Uint8Array.from([3]) });
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    const read: number[] = [];
    for await (const part of open(recording, byteSource([[4], [5]]))) read.push(...part);
    expect(read).toEqual([4, 5]);
    expect(recording.trees).toBe('bytes\nbytes');
  });

  it('changes from one kind of reader to the other', async () => {
    const stream = open(new Recording(), byteSource([[1], [2], [3]]));
    const first = stream.getReader();
    expect((await first.read()).value).toEqual(Uint8Array.from([1]));
    first.releaseLock();
    const second = stream.getReader({ mode: 'byob' });
    expect((await second.read(new Uint8Array(4))).value).toEqual(Uint8Array.from([2]));
    second.releaseLock();
    expect((await stream.getReader().read()).value).toEqual(Uint8Array.from([3]));
  });

  it('is the body of a response', async () => {
    const recording = new Recording();
    const stream = open(recording, byteSource([[104, 105]]));
    expect(await new Response(stream).text()).toBe('hi');
    expect(recording.trees).toBe('bytes');
  });

  it('hands the reason of a cancel to the source', async () => {
    const recording = new Recording();
    const cancel = vi.fn<(reason: unknown) => void>();
    const stream = open(recording, byteSource([[1], [2]], cancel));
    await stream.cancel('enough');
    expect(cancel).toHaveBeenCalledExactlyOnceWith('enough');
    expect(recording.trees).toBe('bytes  [cancelled]');
  });

  it.each(['byob', undefined] as const)('is cancelled while a read waits (mode %s)', async (mode) => {
    const recording = new Recording();
    const cancel = vi.fn<(reason: unknown) => void>();
    const stream = open(recording, new ReadableStream({ type: 'bytes', cancel }));
    const reader = mode === 'byob' ? stream.getReader({ mode }) : stream.getReader();
    const waiting = reader instanceof ReadableStreamBYOBReader ? reader.read(new Uint8Array(1)) : reader.read();
    await nextTurn();
    await reader.cancel('enough');
    expect((await waiting).done).toBe(true);
    expect(cancel).toHaveBeenCalledExactlyOnceWith('enough');
    expect(recording.trees).toBe('bytes  [cancelled]');
  });

  it('fails with the same object, and the span says why', async () => {
    const recording = new Recording();
    const error = new Error('cut off');
    const reader = open(recording, byteSource([[1]], undefined, error)).getReader();
    await reader.read();
    await expect(reader.read()).rejects.toBe(error);
    expect(recording.trees).toBe('bytes  ERROR: cut off');
  });

  it('is closed, or fails, when the source is, even while nobody reads', async () => {
    const recording = new Recording();
    const error = new Error('hung up');
    const closing = new ReadableStream({ type: 'bytes', start: (controller) => controller.close() });
    await open(recording, closing).getReader().closed;
    const failing = new ReadableStream({ type: 'bytes', start: (controller) => controller.error(error) });
    await expect(open(recording, failing).getReader({ mode: 'byob' }).closed).rejects.toBe(error);
    expect(recording.trees).toBe('bytes\nbytes  ERROR: hung up');
  });
});
