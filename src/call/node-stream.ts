import { errorMonitor, EventEmitter } from 'node:events';
import { marker } from '../capture/marker.ts';
import { endingOf, type Followed } from './followed.ts';
import { LossWatch } from './loss.ts';

interface NodeReadable extends EventEmitter {
  readonly destroyed: boolean;
  readonly readableEnded: boolean;
}

/** A Node stream that can be read: an emitter with `pipe`. */
export function isNodeReadable(value: object): value is NodeReadable {
  return (
    value instanceof EventEmitter &&
    'pipe' in value &&
    typeof value.pipe === 'function' &&
    'readableEnded' in value &&
    'destroyed' in value
  );
}

/**
 * True for an emitter that stays in use when its call has returned: a socket of a pool, a server, a child process. Of a
 * stream that is read and written, only a transform is an answer.
 */
export function isLongLived(value: object): boolean {
  if (!(value instanceof EventEmitter)) return false;
  const isDuplex = 'writableEnded' in value && 'allowHalfOpen' in value;
  return !isNodeReadable(value) || (isDuplex && !('_transform' in value));
}

const mostFollowers = 16;
const followersOf = new WeakMap<object, NodeStreamFollowers>();

/**
 * Watches a Node stream by its last events alone. A listener for `data` would start it, one for `error` would swallow
 * the error; so its chunks are not recorded, only how and when it ended. False where too many calls follow it.
 */
export function followNodeReadable(stream: NodeReadable, followed: Followed): boolean {
  const known = followersOf.get(stream);
  if (known !== undefined) return known.join(followed);
  const followers = new NodeStreamFollowers(stream.constructor.name);
  followers.join(followed);
  if (stream.destroyed || stream.readableEnded) followers.end();
  else {
    followersOf.set(stream, followers);
    followers.listen(stream);
  }
  return true;
}

/** The calls that follow one stream. It has one set of listeners, however often it is returned. */
class NodeStreamFollowers {
  readonly #members: Followed[] = [];
  readonly #outputText: string;
  readonly #loss = new LossWatch(() => this.#conclude(() => ({ outcome: 'abandoned' })));

  constructor(type: string) {
    this.#outputText = marker('stream', { type });
  }

  join(followed: Followed): boolean {
    if (this.#members.length >= mostFollowers) return false;
    this.#members.push(followed);
    return true;
  }

  listen(stream: NodeReadable): void {
    const listeners = { end: () => leave(() => this.end()), close: () => leave(() => this.#cancel()) };
    const onError = (error: unknown): void => leave(() => this.#fail(error));
    const leave = (conclude: () => void): void => {
      stream.off('end', listeners.end).off('close', listeners.close).off(errorMonitor, onError);
      followersOf.delete(stream);
      conclude();
    };
    stream.on('end', listeners.end).on('close', listeners.close).on(errorMonitor, onError);
    this.#loss.watch(stream);
  }

  end(): void {
    this.#conclude((member) => ({ outcome: member.isAborted() ? 'cancelled' : 'ok' }));
  }

  /** Destroyed without an error, as by a `for await` that is left early. */
  #cancel(): void {
    this.#conclude(() => ({ outcome: 'cancelled' }));
  }

  #fail(error: unknown): void {
    this.#conclude((member) => endingOf(error, member));
  }

  #conclude(endingFor: (member: Followed) => ReturnType<typeof endingOf>): void {
    this.#loss.end();
    for (const member of this.#members.splice(0)) {
      member.fence(() => member.span.conclude({ ...endingFor(member), outputText: this.#outputText }));
    }
  }
}
