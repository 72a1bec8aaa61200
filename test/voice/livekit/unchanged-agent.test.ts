import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { attachedCall, type AttachedOptions } from './attached-call.ts';
import { audioExporter, FakeInput, FakeOutput, frame } from './fake-audio.ts';
import { createSession } from './fake-session.ts';
import { HandClock } from './hand-clock.ts';

const listening: AttachedOptions = { tracer: { exporter: audioExporter } };

/** What a call throws, as text. */
function thrownBy(run: () => unknown): string {
  try {
    run();
    return 'nothing';
  } catch (error) {
    return String(Reflect.get(Object(error), 'code') ?? error);
  }
}

describe('an agent that is listened to', () => {
  it('V107 has as many listeners to its errors as before: with one, LiveKit would try again where it gave up', () => {
    const { session } = attachedCall();
    expect(session.listenerCount('error')).toBe(0);
    const emitted = thrownBy(() => session.emit('error', { type: 'error', error: { recoverable: true } }));
    expect(emitted).toBe(thrownBy(() => createSession(new HandClock()).emit('error', { type: 'error' })));
    expect(emitted).toBe('ERR_UNHANDLED_ERROR');
  });

  it('V107 hands an error on to who listens to it', () => {
    const { session } = attachedCall();
    const seen: unknown[] = [];
    session.on('error', (error) => seen.push(error));
    const error = { type: 'llm_error', recoverable: false };
    expect(session.emit('error', error)).toBe(true);
    expect(seen).toEqual([error]);
    expect(seen[0]).toBe(error);
  });

  it('emits as before: the same answer, the same arguments, the same order', async () => {
    const { session } = attachedCall();
    expect(session.emit('nobody listens to this')).toBe(false);
    const heard = once(session, 'agent_state_changed');
    const event = { newState: 'listening' };
    expect(session.emit('agent_state_changed', event, 'more')).toBe(true);
    expect(await heard).toEqual([event, 'more']);
    expect(Object.isFrozen(event)).toBe(false);
  });

  it('V43 plays as before: its output is asked the same, and gives its own answers', () => {
    const { session } = attachedCall(listening);
    const output = new FakeOutput();
    session.output.audio = output;
    const given = frame();
    expect(session.output.audio).toBe(output);
    expect(output.captureFrame(given)).toBe(output.captured);
    expect([output.pause(), output.resume()]).toEqual(['paused', 'resumed']);
    expect(output.told[0]).toBe(given);
    expect(output.told).toEqual([given, 'pause', 'resume']);
  });

  it('V43 hears as before: the same frames in the same order, from one stream', async () => {
    const { session } = attachedCall(listening);
    const frames = [frame(1), { data: 'no frame' }, frame(2), null, frame(3)];
    const input = new FakeInput(frames);
    session.input.audio = input;
    const { stream } = input;
    expect(input.stream).toBe(stream);
    const heard: unknown[] = [];
    for await (const each of stream) heard.push(each);
    expect(heard).toHaveLength(5);
    expect(heard.every((each, at) => each === frames[at])).toBe(true);
  });

  it('V43 goes on hearing after the end of the call', async () => {
    const { session, call } = attachedCall(listening);
    const input = new FakeInput([frame(1), frame(2)]);
    session.input.audio = input;
    const reader = input.stream.getReader();
    await reader.read();
    session.at(100).close();
    await call.end();
    expect(await reader.read()).toMatchObject({ done: false });
    expect(await reader.read()).toMatchObject({ done: true });
  });

  it('V43, V118 may be asked for a stream that somebody reads already', () => {
    const input = new FakeInput([frame()]);
    const { stream } = input;
    stream.getReader();
    const { session } = attachedCall({
      ...listening,
      before: (started) => {
        started.input.audio = input;
      },
    });
    expect(thrownBy(() => input.stream)).toBe('nothing');
    expect(input.stream).toBe(stream);
    expect(thrownBy(() => session.at(100).close())).toBe('nothing');
  });

  it('V43 has its own methods again when the call is over, and what was set meanwhile', () => {
    const { session } = attachedCall(listening);
    const [output, input] = [new FakeOutput(), new FakeInput()];
    Object.assign(session.output, { audio: output });
    Object.assign(session.input, { audio: input });
    session.at(100).close();
    expect(Reflect.ownKeys(session.output)).toEqual([]);
    expect([session.output.audio, session.input.audio]).toEqual([output, input]);
    expect(['captureFrame', 'pause', 'resume'].filter((name) => Object.hasOwn(output, name))).toEqual([]);
    expect(output.eventNames()).toEqual([]);
  });

  it('V43 keeps what was set meanwhile, also where it is no accessor', () => {
    const [output, side] = [new FakeOutput(), { audio: null }];
    const { session } = attachedCall({
      ...listening,
      before: (plain) => Reflect.defineProperty(plain, 'output', { value: side }),
    });
    Reflect.set(side, 'audio', output);
    session.at(100).close();
    expect(side.audio).toBe(output);
  });

  it('V43 is not listened to where nobody keeps recordings', () => {
    const { session } = attachedCall();
    const [output, input] = [new FakeOutput(), new FakeInput()];
    session.output.audio = output;
    session.input.audio = input;
    expect([session.input, session.output, output, input].flatMap((each) => Reflect.ownKeys(each).map(String))).toEqual(
      Reflect.ownKeys(new FakeOutput()).map(String),
    );
  });
});

describe('what goes wrong here', () => {
  it.for<readonly [string, AttachedOptions]>([
    ['an exporter that throws', { tracer: { exporter: { export: refuse, exportStart: refuse, exportSpan: refuse } } }],
    ['an exporter that rejects', { tracer: { exporter: { export: () => Promise.reject(new Error('no')) } } }],
    ['a masker that throws', { tracer: { masker: refuse } }],
    ['a logger that throws', { tracer: { logger: { debug: refuse, warn: refuse } } }],
    ['a recording that cannot be handed on', { tracer: { exporter: { export: refuse, exportAudio: refuse } } }],
  ])('V107 does not reach LiveKit: %s', async ([, options]) => {
    const { session, call } = attachedCall(options);
    const output = new FakeOutput();
    const thrown = thrownBy(() => {
      session.output.audio = output;
      session.at(100).user('speaking').at(200).user('listening').final('Hello');
      const speech = session.at(300).speech('S1');
      session.agent('speaking', speech);
      void output.captureFrame(frame());
      output.emit('playbackStarted', { createdAt: Date.now() });
      session.emit('agent_state_changed', new Proxy({}, { get: refuse }));
      session.at(400).said('assistant', 'Hi.').agent('listening');
      speech.finish();
      session.at(500).close();
    });
    expect(thrown).toBe('nothing');
    expect(await call.end()).toHaveProperty('traceId', call.traceId);
  });
});

function refuse(): never {
  throw new Error('refused');
}
