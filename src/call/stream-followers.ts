import type { Capturer } from '../capture/capturer.ts';
import type { Ending } from '../span/span.ts';
import { endingOf, type Followed } from './followed.ts';
import { LossWatch } from './loss.ts';
import { StreamOutput } from './stream-output.ts';

/** Streams pass through a few functions on their way; what is returned more often is no result of its own. */
const mostFollowers = 16;

/** Where one reader of a stream is in it: a part that two readers get is recorded once. */
export interface ReaderPlace {
  index: number;
  /** It wants no more: that it sees an end then says nothing of the stream. */
  isCancelled: boolean;
}

/** What makes one answer of parts that say nothing by themselves: the bytes of a body. */
export interface Gathering {
  add(part: unknown): void;
  /** The last part has come. */
  finish(): void;
}

/**
 * The calls that follow one stream. The stream is patched once, however often it is returned: an agent that returns its
 * model's stream adds a call here, not a second layer on the stream.
 */
export class StreamFollowers {
  readonly #members: Followed[] = [];
  readonly #outputs = new Map<Capturer, StreamOutput>();
  readonly #loss = new LossWatch(() => this.#lost());
  #count = 0;
  #isBegun = false;
  #isOver = false;
  #isLost = false;
  #pendingSteps = 0;
  /** How the source ended while a part of it was still on its way to the reader. */
  #heldEnd: (() => void) | undefined;
  #readPart: (value: unknown) => unknown = (value) => value;
  #gathering: Gathering | undefined;

  /** How what is read becomes a part, where a stream's own parts come wrapped. */
  readParts(readPart: (value: unknown) => unknown): void {
    this.#readPart = readPart;
  }

  /** From here on parts are gathered, and the answer that they make comes at the end. */
  gather(gathering: Gathering): void {
    this.#gathering ??= gathering;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** True while one of the calls is that of a generator which never ran. */
  get isLazy(): boolean {
    return this.#members.some(({ isLazy }) => isLazy);
  }

  /** False where it comes too late to see everything, or there are too many. */
  join(followed: Followed): boolean {
    if (this.#isBegun || this.#isOver || this.#members.length >= mostFollowers) return false;
    this.#members.push(followed);
    return true;
  }

  /** Ends it as `abandoned` when nobody holds `target` any more. */
  watch(target: object): void {
    if (!this.#isOver) this.#loss.watch(target);
  }

  /** A reader that begins where the stream is now. */
  place(): ReaderPlace {
    return { index: this.#count, isCancelled: false };
  }

  /** Runs a part of the stream's own work: what it calls nests under the innermost call that follows it. */
  run<Result>(work: () => Result): Result {
    const [first] = this.#members;
    return this.#isOver || first === undefined ? work() : first.run(work);
  }

  /** Runs our own work so that no failure of it reaches a reader. */
  fence<Result>(work: () => Result): Result | undefined {
    const [first] = this.#members;
    return first === undefined ? undefined : first.fence(work);
  }

  /** A part is asked for. Spans of generators begin here. */
  begin(): void {
    this.#pendingSteps += 1;
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.fence(() => {
      for (const { span } of this.#members) if (span.isRecording) this.#prepareOutput(span.capturer);
    });
  }

  /** The answer to `begin`. */
  settle(): void {
    this.#pendingSteps -= 1;
    if (this.#pendingSteps > 0) return;
    this.#heldEnd?.();
    this.#heldEnd = undefined;
    if (this.#isLost) this.#lost();
  }

  /** A part came to a reader. */
  take(value: unknown, place: ReaderPlace): void {
    const isNew = place.index === this.#count;
    place.index += 1;
    if (!isNew || this.#isOver) return;
    this.#count += 1;
    this.fence(() => {
      if (this.#gathering !== undefined) return this.#gathering.add(value);
      const part = this.#readPart(value);
      for (const [capturer, output] of this.#outputs) {
        const answer = output.add(part);
        for (const { span } of this.#members) {
          if (span.capturer === capturer && span.isRecording) span.observe(answer, output.count === 1, part);
        }
      }
    });
  }

  /** The source says its end by itself: it is the end once every part that is on its way has come. */
  hear(end: () => void): void {
    if (this.#pendingSteps > 0) this.#heldEnd = end;
    else end();
  }

  /** It gave everything; `returned` is what a generator returned. */
  end(returned?: unknown, isAborted = false): void {
    const gathering = this.#gathering;
    this.#gathering = undefined;
    if (gathering !== undefined) this.fence(() => gathering.finish());
    this.#conclude((member, output) => ({
      outcome: isAborted || member.isAborted() ? 'cancelled' : 'ok',
      ...describe(output, returned, member),
    }));
  }

  /** It ends with a value that says more than its parts. */
  endWith(output: unknown): void {
    this.#conclude(() => ({ outcome: 'ok', output }));
  }

  /** Its reader wants no more. */
  cancel(thrown?: Ending['thrown']): void {
    this.#conclude((_, output) => ({
      outcome: 'cancelled',
      outputText: output?.text() ?? null,
      ...(thrown && { thrown }),
    }));
  }

  fail(error: unknown): void {
    this.#conclude((member, output) => ({ ...endingOf(error, member), outputText: output?.text() ?? null }));
  }

  #lost(): void {
    this.#isLost = true;
    if (this.#pendingSteps > 0) return;
    this.#conclude((_, output) => ({ outcome: 'abandoned', outputText: output?.text() ?? null }));
  }

  #conclude(endingFor: (member: Followed, output: StreamOutput | undefined) => Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#loss.end();
    this.fence(() => {
      for (const member of this.#members) {
        if (member.isLazy) continue;
        const output = this.#outputs.get(member.span.capturer);
        member.span.conclude({ toolCalls: output?.toolCalls, ...endingFor(member, output) });
      }
    });
    this.#members.length = 0;
    this.#outputs.clear();
  }

  #prepareOutput(capturer: Capturer): void {
    if (!this.#outputs.has(capturer)) this.#outputs.set(capturer, new StreamOutput(capturer));
  }
}

/** What was yielded, what was returned, or both under their names. */
function describe(
  output: StreamOutput | undefined,
  returned: unknown,
  { span }: Followed,
): Pick<Ending, 'output' | 'outputText'> {
  if (output === undefined || output.count === 0) return { output: returned };
  if (returned === undefined) return { outputText: output.text() };
  const returnedText = span.capturer.text(returned) ?? 'null';
  return { outputText: `{"yielded":${output.text() ?? 'null'},"returned":${returnedText}}` };
}

const followersOf = new WeakMap<object, StreamFollowers>();

/**
 * Follows a stream: patches it the first time, and joins what follows it by then. Undefined where it cannot be followed.
 */
export function followStream(
  stream: object,
  followed: Followed,
  patch: (followers: StreamFollowers) => boolean,
): StreamFollowers | undefined {
  const known = followersOf.get(stream);
  if (known !== undefined) return known.join(followed) ? known : undefined;
  const followers = new StreamFollowers();
  followers.join(followed);
  if (!patch(followers)) return undefined;
  followersOf.set(stream, followers);
  return followers;
}
