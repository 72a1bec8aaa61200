import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

function open<Stream extends Readable>(recording: Recording, stream: Stream): Stream {
  return recording.run(() => traced('stream', () => stream)());
}

class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe('a Node Readable', () => {
  it('is the same stream, neither started nor watched by `data`, `readable` or `error`', () => {
    const bare = Readable.from(['a']);
    const stream = open(new Recording(), bare);
    expect(stream).toBe(bare);
    expect(stream.readableFlowing).toBeNull();
    for (const event of ['data', 'readable', 'error']) expect(stream.listenerCount(event)).toBe(0);
  });

  it('is read by data', async () => {
    const recording = new Recording();
    const stream = open(recording, Readable.from(['one ', 'two']));
    let text = '';
    stream.on('data', (chunk: string) => (text += chunk));
    await once(stream, 'end');
    expect(text).toBe('one two');
    expect(recording.trees).toBe('stream');
  });

  it('is read by pipe and by pipeline', async () => {
    const recording = new Recording();
    const piped = new Sink();
    open(recording, Readable.from(['one ', 'two'])).pipe(piped);
    await once(piped, 'finish');
    const sink = new Sink();
    await pipeline(open(recording, Readable.from(['one ', 'two'])), sink);
    expect([piped.text, sink.text]).toEqual(['one two', 'one two']);
    expect(recording.trees).toBe('stream\nstream');
  });

  it('is read by for await', async () => {
    const recording = new Recording();
    let text = '';
    for await (const chunk of open(recording, Readable.from(['one ', 'two']))) text += String(chunk);
    expect(text).toBe('one two');
    expect(recording.trees).toBe('stream');
  });

  it('that a promise gives is followed to its end', async () => {
    const recording = new Recording();
    const bare = Readable.from(['a']);
    const stream = await recording.run(traced('stream', async () => bare));
    expect(stream).toBe(bare);
    expect(recording.trees).toBe('');
    stream.resume();
    await once(stream, 'end');
    expect(recording.trees).toBe('stream');
  });

  it('that is destroyed early ends as cancelled', async () => {
    const recording = new Recording();
    const stream = open(recording, Readable.from(['a', 'b']));
    stream.destroy();
    await once(stream, 'close');
    expect(recording.trees).toBe('stream  [cancelled]');
  });

  it('that a loop leaves by break ends as cancelled', async () => {
    const recording = new Recording();
    const stream = open(recording, Readable.from(['a', 'b']));
    const closed = new Promise((resolve) => stream.once('close', resolve));
    for await (const _ of stream) break;
    await closed;
    expect(recording.trees).toBe('stream  [cancelled]');
  });

  it('fails with the same object, and the span says why', async () => {
    const recording = new Recording();
    const error = new Error('disk gone');
    const stream = open(recording, new PassThrough());
    const failure = once(stream, 'error');
    stream.destroy(error);
    expect(await failure).toEqual([error]);
    expect(recording.trees).toBe('stream  ERROR: disk gone');
  });

  it('whose error nobody listens to throws it as untraced', async () => {
    const recording = new Recording();
    const error = new Error('disk gone');
    const stream = open(recording, new PassThrough());
    expect(() => stream.emit('error', error)).toThrow(error);
    expect(recording.trees).toBe('stream  ERROR: disk gone');
  });

  it('that had ended before it was returned ends the span at once', async () => {
    const recording = new Recording();
    const stream = Readable.from(['a']);
    await stream.toArray();
    open(recording, stream);
    expect(recording.trees).toBe('stream');
  });

  it('keeps back-pressure: nothing is read until somebody reads', async () => {
    let pulled = 0;
    const stream = open(
      new Recording(),
      new Readable({
        highWaterMark: 1,
        read() {
          this.push((pulled += 1) < 3 ? 'x' : null);
        },
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBe(0);
    expect(await stream.toArray()).toHaveLength(2);
  });
});
