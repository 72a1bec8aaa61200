import type { Callable } from '../base/callable.ts';
import { isOfPlatform } from '../base/platform.ts';
import { isDictionary } from '../base/object.ts';
import { patchMethod, readMethod, type Followed } from './followed.ts';
import { patchStream } from './readable-stream.ts';
import { followStream, type StreamFollowers } from './stream-followers.ts';

/** Events of a helper that carry a part as the provider sent it. */
const partEvents: ReadonlySet<unknown> = new Set(['streamEvent', 'chunk', 'event']);
/** Events that carry an answer in one piece. */
const answerEvents: ReadonlySet<unknown> = new Set(['chatCompletion', 'finalChatCompletion']);

/** True for the objects that OpenAI's and Anthropic's clients return from `stream()`: read by events, by methods or in a loop. */
export function isClientStream(value: object): boolean {
  return ['_emit', 'on', 'done', 'abort', 'ended', 'errored', 'aborted'].every((name) => name in value);
}

/**
 * Follows such an object through the one method that all its events pass. A listener would not do: one for `error` makes
 * an unhandled error a handled one. Undefined where it cannot be followed.
 */
export function followClientStream(stream: object, followed: Followed): object | undefined {
  const isFollowed = followStream(stream, followed, (followers) => {
    const original = readMethod(stream, '_emit');
    if (original === undefined || Reflect.get(stream, 'ended') === true) return false;
    if (!patchMethod(stream, '_emit', observeEvents(original, new ClientEvents(followers)))) return false;
    followers.watch(stream);
    return true;
  });
  return isFollowed && stream;
}

function observeEvents(original: Callable, events: ClientEvents): Callable {
  return function emit(...args) {
    events.note(args[0], args[1]);
    const result = Reflect.apply(original, this, args);
    if (args[0] === 'end') events.end();
    return result;
  };
}

class ClientEvents {
  readonly #followers: StreamFollowers;
  #answer: { readonly output: unknown } | undefined;

  constructor(followers: StreamFollowers) {
    this.#followers = followers;
  }

  note(event: unknown, value: unknown): void {
    const followers = this.#followers;
    if (partEvents.has(event)) {
      followers.begin();
      followers.take(value, followers.place());
      followers.settle();
    } else if (answerEvents.has(event)) this.#answer = { output: value };
    else if (event === 'error') followers.fail(value);
    else if (event === 'abort') followers.cancel({ error: value });
  }

  /** What it answered in one piece says more only where no parts came. */
  end(): void {
    if (this.#answer !== undefined && this.#followers.place().index === 0) this.#followers.endWith(this.#answer.output);
    else this.#followers.end();
  }
}

/** True for what the AI SDK's `streamText` and `streamObject` return: everything they offer is a branch of one stream. */
export function isStreamResult(value: object): value is { readonly baseStream: ReadableStream<unknown> } {
  return (
    'fullStream' in value && isOfPlatform('ReadableStream', Object.getOwnPropertyDescriptor(value, 'baseStream')?.value)
  );
}

/** Follows it through that stream, which nothing here reads. Undefined where it cannot be followed. */
export function followStreamResult(
  result: { readonly baseStream: ReadableStream<unknown> },
  followed: Followed,
): object | undefined {
  const { baseStream } = result;
  const isFollowed = followStream(result, followed, (followers) => {
    followers.readParts(partReader(followers));
    if (baseStream.locked || !patchStream(baseStream, followers)) return false;
    followers.watch(baseStream);
    return true;
  });
  return isFollowed && result;
}

/** Made apart from the stream: what is watched for its loss must not be in reach of the function. */
function partReader(followers: StreamFollowers): (value: unknown) => unknown {
  return (value) => readPart(value, followers);
}

/** Its parts come wrapped, and an error is one of them: the stream itself ends as if nothing had happened. */
function readPart(value: unknown, followers: StreamFollowers): unknown {
  const part = isDictionary(value) && isDictionary(value['part']) ? value['part'] : value;
  if (!isDictionary(part)) return part;
  if (part['type'] === 'error') followers.fail(part['error']);
  else if (part['type'] === 'abort') followers.cancel();
  return part;
}
