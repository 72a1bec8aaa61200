import { types } from 'node:util';
import { isOfPlatform } from '../base/platform.ts';
import { patchMethod, readMethod, type Followed } from './followed.ts';
import { patchStream } from './readable-stream.ts';
import { followStream, type Gathering, type StreamFollowers } from './stream-followers.ts';

/** Ways to read a body that say nothing of what is in it. */
const rawReaders = ['arrayBuffer', 'blob', 'bytes', 'formData'] as const;

/**
 * Follows the raw response of a model client until its body is read as JSON or as text: that is the answer. False where
 * it cannot be followed.
 */
export function followResponse(response: unknown, followed: Followed): boolean {
  if (!isOfPlatform('Response', response)) return false;
  const isFollowed = followStream(response, followed, (followers) => {
    followers.watch(response);
    return patchResponse(response, followers);
  });
  return isFollowed !== undefined;
}

function patchResponse(response: Response, followers: StreamFollowers): boolean {
  return (
    !response.bodyUsed &&
    observeBody(response, 'json', followers, (value) => followers.endWith(value)) &&
    observeBody(response, 'text', followers, (text) => endWithText(String(text), followers)) &&
    rawReaders.every((name) => observeBody(response, name, followers, () => followers.end())) &&
    observeClone(response, followers) &&
    observeStream(response, followers)
  );
}

/** The stream of the body, for those who pass it on or read it themselves: its text is the answer. */
function observeStream(response: Response, followers: StreamFollowers): boolean {
  const place = followers.place();
  let isObserved = false;
  return Reflect.defineProperty(response, 'body', {
    configurable: true,
    enumerable: false,
    get(this: unknown): unknown {
      const body: unknown = Reflect.get(Response.prototype, 'body', this);
      if (!isObserved && body instanceof ReadableStream && !body.locked) {
        isObserved = true;
        followers.fence(() => {
          if (textual.test(response.headers.get('content-type') ?? '')) followers.gather(new BodyText(followers));
          patchStream(body, followers, place);
        });
      }
      return body;
    },
  });
}

const textual = /json|text/i;
/** Characters of a body that are kept until it ends. */
const longestBody = 16_777_216;

class BodyText implements Gathering {
  readonly #followers: StreamFollowers;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(followers: StreamFollowers) {
    this.#followers = followers;
  }

  add(part: unknown): void {
    if (part instanceof Uint8Array && this.#text.length < longestBody) {
      this.#text += this.#decoder.decode(part, { stream: true });
    }
  }

  finish(): void {
    endWithText(this.#text, this.#followers);
  }
}

/** The response is not lost while one of its clones can still be read. */
const cloned = new WeakMap<object, unknown>();

/** A clone has the same body: whichever is read first says what it was. */
function observeClone(response: Response, followers: StreamFollowers): boolean {
  const original = readMethod(response, 'clone');
  if (original === undefined) return true;
  return patchMethod(response, 'clone', function (this: unknown, ...args: readonly unknown[]) {
    const clone = Reflect.apply(original, this, args);
    followers.fence(() => {
      if (isOfPlatform('Response', clone) && patchResponse(clone, followers)) cloned.set(clone, this);
    });
    return clone;
  });
}

function observeBody(
  response: Response,
  name: string,
  followers: StreamFollowers,
  take: (value: unknown) => void,
): boolean {
  const original = readMethod(response, name);
  if (original === undefined) return true;
  return patchMethod(response, name, function (this: unknown, ...args: readonly unknown[]) {
    followers.begin();
    const reading = Reflect.apply(original, this, args);
    if (!types.isPromise(reading)) return reading;
    return reading.then(
      (value) => {
        followers.fence(() => take(value));
        followers.settle();
        return value;
      },
      (error: unknown) => {
        followers.fail(error);
        followers.settle();
        throw error;
      },
    );
  });
}

/** Server-sent events are the parts of an answer; any other text is JSON, or the answer itself. */
function endWithText(text: string, followers: StreamFollowers): void {
  const events = text.split('\n').flatMap((line) => (line.startsWith('data:') ? [parse(line.slice(5))] : []));
  if (events.length === 0) return followers.endWith(parse(text) ?? text);
  const place = followers.place();
  for (const event of events) if (event !== undefined) followers.take(event, place);
  followers.end();
}

/** Undefined for what is no JSON, such as `[DONE]`. */
function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
