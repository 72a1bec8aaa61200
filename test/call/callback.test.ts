import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { collectUntil } from './garbage.ts';
import { Recording } from './recording.ts';

const file = fileURLToPath(new URL('garbage.ts', import.meta.url));

type Callback = (error: unknown, value?: unknown) => void;

describe('a function that answers through a callback', () => {
  it('ends with the answer: fs.readFile', async () => {
    const recording = new Recording();
    const read = traced('read', readFile);
    const text = await recording.run(() => new Promise((resolve) => read(file, 'utf8', (_, value) => resolve(value))));
    expect(recording.trees).toBe('read');
    expect(recording.span('read').output).toBe(text);
  });

  it('ends with the error: fs.readFile', async () => {
    const recording = new Recording();
    const error = await recording.run(() => new Promise((resolve) => traced('read', readFile)('/no/such', resolve)));
    expect(error).toBeInstanceOf(Error);
    expect(recording.trees).toBe(`read  ERROR: ${error instanceof Error ? error.message : ''}`);
  });

  it('has what its callback calls beside it, where the caller was', async () => {
    const recording = new Recording();
    const next = traced('next', () => 1);
    const ask = traced('ask', (callback: Callback) => void setImmediate(callback, null, 'answer'));
    await recording.run(traced('caller', () => new Promise<void>((resolve) => ask(() => resolve(void next())))));
    expect(recording.trees).toBe('caller\n  ask\n  next');
  });

  it('may call it before it returns', () => {
    const recording = new Recording();
    recording.run(() => traced('ask', (callback: Callback) => callback(null, 5))(() => {}));
    expect(recording.span('ask')).toMatchObject({ outcome: 'ok', output: 5 });
  });

  it('may call it twice: the first is the answer, and both reach the caller', async () => {
    const recording = new Recording();
    const seen: unknown[] = [];
    const emitter = new EventEmitter();
    const ask = traced('ask', (callback: Callback) => {
      setImmediate(() => {
        callback(null, 1);
        callback(null, 2);
        emitter.emit('over');
      });
    });
    recording.run(() => ask((_, value) => seen.push(value)));
    await once(emitter, 'over');
    expect(seen).toEqual([1, 2]);
    expect(recording.span('ask').output).toBe(1);
  });

  it.each([
    ['setTimeout', (callback: Callback) => setTimeout(callback, 0, null, 'answer')],
    ['setImmediate', (callback: Callback) => setImmediate(callback, null, 'answer')],
  ])('may return the timer of %s', async (_, work) => {
    const recording = new Recording();
    const ask = traced('ask', work);
    await recording.run(() => new Promise<void>((resolve) => void ask(() => resolve())));
    expect(recording.span('ask')).toMatchObject({ outcome: 'ok', output: 'answer' });
  });

  it('that never calls it ends as unobserved', async () => {
    const recording = new Recording();
    recording.run(() => traced('ask', (_callback: Callback) => {})(() => {}));
    await collectUntil(() => recording.ended.length > 0);
    expect(recording.trees).toBe('ask  [unobserved]');
  });

  it('passes on what its callback throws', () => {
    const recording = new Recording();
    const error = new Error('in the callback');
    const ask = traced('ask', (callback: Callback) => callback(null, 1));
    const run = () =>
      recording.run(() =>
        ask(() => {
          throw error;
        }),
      );
    expect(run).toThrow(error);
    expect(recording.trees).toBe('ask  ERROR: in the callback');
  });

  it('that applies it to a list ends when it returns', () => {
    const recording = new Recording();
    const each = traced('each', (list: number[], callback: (value: number) => void) => {
      for (const value of list) callback(value);
      traced('after', () => 1)();
    });
    recording.run(() => each([1, 2], () => {}));
    expect(recording.trees).toBe('each\n  after');
  });

  it('and through a promise ends with the promise', async () => {
    const recording = new Recording();
    const both = traced('both', async (callback: Callback) => {
      await Promise.resolve();
      callback(null, 1);
      return 2;
    });
    expect(await recording.run(() => both(() => {}))).toBe(2);
    expect(recording.span('both').output).toBe(2);
  });

  it('that keeps a listener keeps the very same one', () => {
    const emitter = new EventEmitter();
    const listener = () => {};
    const recording = new Recording();
    recording.run(() => {
      traced('add', (callback: () => void) => void emitter.on('data', callback))(listener);
      expect(emitter.listeners('data')).toEqual([listener]);
      traced('remove', (callback: () => void) => void emitter.off('data', callback))(listener);
    });
    expect(emitter.listenerCount('data')).toBe(0);
    expect(recording.trees).toBe('add\nremove');
  });
});
