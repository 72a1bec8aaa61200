import { isCallable } from '../../base/callable.ts';
import { isObject } from '../../base/object.ts';
import type { AudioFrame } from '../audio/audio-frame.ts';
import type { CallRecorder } from '../audio/call-recorder.ts';
import { amountIn, numberIn, valueIn, type LiveKitSession } from './livekit-session.ts';
import { Patches } from './patches.ts';

/**
 * Listens to what a session hears and says (V43). Its inputs and outputs are set when it starts, and may be replaced
 * while it runs, by an avatar for instance: so the places where they are set are watched, and each instance is listened to
 * in place. No class of LiveKit's is wrapped. On the user's own path lies one `TransformStream` that copies each frame.
 */
export class AudioTap {
  readonly #recorder: CallRecorder;
  readonly #guarded: (run: () => void) => void;
  readonly #patches = new Patches();
  readonly #tapped = new WeakSet<object>();
  #output: object | undefined;
  #isOpen = true;

  constructor(session: LiveKitSession, recorder: CallRecorder, guarded: (run: () => void) => void) {
    this.#recorder = recorder;
    this.#guarded = guarded;
    this.#watch(valueIn(session, 'output'), (output) => this.#tapOutput(output));
    this.#watch(valueIn(session, 'input'), (input) => this.#tapInput(input));
  }

  /** What is in LiveKit's way goes; the stream of the microphone stays, and copies nothing any more. */
  close(): void {
    this.#isOpen = false;
    this.#patches.restore();
  }

  /** Sees what `audio` of an input or an output is and becomes. */
  #watch(owner: unknown, tap: (audio: object) => void): void {
    if (!isObject(owner)) return;
    const see = (audio: unknown): void => this.#guarded(() => (isObject(audio) ? tap(audio) : undefined));
    see(valueIn(owner, 'audio'));
    this.#patches.watchProperty(owner, 'audio', see);
  }

  #tapOutput(output: object): void {
    this.#output = output;
    if (this.#tapped.has(output)) return;
    this.#tapped.add(output);
    const { agent } = this.#recorder;
    // Of a chain of outputs each would tell the same.
    const heard = (tell: (argument: unknown) => void): ((argument: unknown) => void) => {
      return (argument) => {
        if (this.#isOpen && this.#output === output) this.#guarded(() => tell(argument));
      };
    };
    this.#patches.watchMethod(
      output,
      'captureFrame',
      heard((frame) => (isFrame(frame) ? agent.captured(frame) : undefined)),
    );
    this.#patches.watchMethod(
      output,
      'pause',
      heard(() => agent.paused()),
    );
    this.#patches.watchMethod(
      output,
      'resume',
      heard(() => agent.resumed()),
    );
    this.#listen(
      output,
      'playbackStarted',
      heard((event) => agent.started(numberIn(event, 'createdAt'))),
    );
    this.#listen(
      output,
      'playbackFinished',
      heard((event) => this.#finished(event)),
    );
    this.#listen(
      output,
      'playbackProgressed',
      heard((event) => this.#progressed(event)),
    );
  }

  #finished(event: unknown): void {
    const seconds = amountIn(event, 'playbackPosition');
    this.#recorder.agent.finished(
      seconds === undefined ? undefined : seconds * 1000,
      valueIn(event, 'interrupted') === true,
    );
  }

  #progressed(event: unknown): void {
    const [startedAt, offset, duration] = ['startedAt', 'offset', 'duration'].map((key) => amountIn(event, key));
    if (startedAt === undefined || offset === undefined || duration === undefined) return;
    this.#recorder.agent.progressed({ startedAt, offset, duration });
  }

  #listen(output: object, name: string, listener: (event: unknown) => void): void {
    const [on, off] = [valueIn(output, 'on'), valueIn(output, 'off')];
    if (!isCallable(on) || !isCallable(off)) return;
    Reflect.apply(on, output, [name, listener]);
    this.#patches.add(() => Reflect.apply(off, output, [name, listener]));
  }

  #tapInput(input: object): void {
    if (this.#tapped.has(input)) return;
    this.#tapped.add(input);
    let copied: ReadableStream | undefined;
    // It stays in place: whoever asks again, after a handover for instance, must be given the same stream.
    this.#patches.replaceGetter(input, 'stream', (original) => {
      // One that somebody reads already is theirs.
      const isFree = original instanceof ReadableStream && !original.locked;
      copied ??= isFree ? original.pipeThrough(this.#copying()) : undefined;
      return copied ?? original;
    });
  }

  #copying(): TransformStream<unknown, unknown> {
    return new TransformStream({
      transform: (frame, controller) => {
        if (this.#isOpen) this.#guarded(() => (isFrame(frame) ? this.#recorder.user(frame) : undefined));
        controller.enqueue(frame);
      },
    });
  }
}

function isFrame(value: unknown): value is AudioFrame {
  return isObject(value) && 'data' in value && value.data instanceof Int16Array && 'sampleRate' in value;
}
