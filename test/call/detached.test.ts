import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

describe('what lives on when its call has returned', () => {
  it.each<[string, () => EventEmitter]>([
    ['Socket', () => new Socket()],
    ['Server', () => createServer()],
    ['Writable', () => new Writable({ write: (_chunk, _encoding, done) => done() })],
    ['EventEmitter', () => new EventEmitter()],
  ])('ends its span as detached, is named in it, and gets no listener: %s', async (type, make) => {
    const recording = new Recording();
    const bare = make();
    const before = bare.eventNames().map((name) => bare.listenerCount(name));
    expect(recording.run(traced('open', () => bare))).toBe(bare);
    expect(await recording.run(traced('open', async () => bare))).toBe(bare);
    expect(bare.eventNames().map((name) => bare.listenerCount(name))).toEqual(before);
    expect(recording.trees).toBe('open  [detached]\nopen  [detached]');
    expect(recording.span('open').output).toEqual({ $clew: 'object', type });
  });

  it('ends its span as detached without its command line: a child process', async () => {
    const recording = new Recording();
    const child = recording.run(traced('start', () => spawn(process.execPath, ['-e', '0', 'the-argument'])));
    await once(child, 'exit');
    expect(recording.trees).toBe('start  [detached]');
    expect(JSON.stringify(recording.span('start'))).not.toContain('the-argument');
  });

  it('gets no listener however often it is returned', () => {
    const socket = new Socket();
    const before = socket.listenerCount('close');
    const take = traced('take', () => socket);
    new Recording().run(() => {
      for (let count = 0; count < 50; count += 1) take();
    });
    expect(socket.listenerCount('close')).toBe(before);
  });

  it.each<[string, () => object]>([
    ['a WritableStream', () => new WritableStream()],
    ['a TransformStream', () => new TransformStream()],
    ['a pair of streams', () => new CompressionStream('gzip')],
  ])('ends its span as detached, and stays unlocked: %s', async (_, make) => {
    const recording = new Recording();
    const bare = make();
    expect(recording.run(traced('open', () => bare))).toBe(bare);
    expect(await recording.run(traced('open', async () => bare))).toBe(bare);
    expect(recording.trees).toBe('open  [detached]\nopen  [detached]');
    const stream: unknown = Reflect.get(bare, 'readable') ?? bare;
    expect(stream).toHaveProperty('locked', false);
  });

  it('ends its span as detached: a stream of a kind of its own', () => {
    class Feed {
      getReader() {
        return { next: () => 'part' };
      }
    }
    const recording = new Recording();
    expect(
      recording
        .run(traced('open', () => new Feed()))
        .getReader()
        .next(),
    ).toBe('part');
    expect(recording.trees).toBe('open  [detached]');
  });

  it('keeps its own when it is frozen', () => {
    const recording = new Recording();
    const stream = Object.freeze(new ReadableStream());
    expect(recording.run(traced('open', () => stream))).toBe(stream);
    expect(recording.trees).toBe('open  [detached]');
  });
});
