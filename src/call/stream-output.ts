import type { Capturer } from '../capture/capturer.ts';
import { marker } from '../capture/marker.ts';
import type { Answer } from '../capture/usage/format.ts';
import { StreamMessage } from '../capture/usage/stream-message.ts';
import type { ToolCall } from '../capture/usage/tool-call.ts';
import { sliceWhole } from '../capture/well-formed.ts';

const head = 50;
const tail = 150;
/** Characters of a stream of texts that are kept until it ends, unless one string may be longer. */
const longestText = 65_536;

/**
 * Collects what a stream gives, within bounds: strings are joined, the parts of a provider's answer make its message,
 * anything else becomes a list.
 */
export class StreamOutput {
  readonly #capturer: Capturer;
  #text = '';
  #textLength = 0;
  #isCut = false;
  readonly #longestText: number;
  readonly #first: string[] = [];
  #last: string[] = [];
  #count = 0;
  #isText = true;
  readonly #message = new StreamMessage();

  constructor(capturer: Capturer) {
    this.#capturer = capturer;
    this.#longestText = Math.max(longestText, capturer.longestText);
  }

  get count(): number {
    return this.#count;
  }

  /** Tool calls of the message that the parts make, if they make one. */
  get toolCalls(): readonly ToolCall[] {
    return this.#message.toolCalls();
  }

  /**
   * Captures a part when it comes: later changes to it are not stored. Returns what it says of itself, where it is a
   * part of a provider's answer.
   */
  add(part: unknown): Answer | undefined {
    try {
      return this.#add(part);
    } catch {
      // What cannot be kept of a part costs that part: the stream goes on.
      return undefined;
    }
  }

  #add(part: unknown): Answer | undefined {
    this.#count += 1;
    if (this.#isText && typeof part === 'string') return this.#addText(part);
    const wasWhole = this.#message.isWhole;
    const answer = this.#message.add(part, this.#count === 1);
    if (this.#message.isWhole) return answer;
    if (wasWhole) this.#addItem(this.#messageText());
    else if (this.#isText) this.#becomeList();
    this.#isText = false;
    this.#addItem(this.#capturer.text(part) ?? 'null');
    return answer;
  }

  /** The JSON text of everything so far; null for nothing. */
  text(): string | null {
    try {
      return this.#collected();
    } catch {
      return null;
    }
  }

  #collected(): string | null {
    if (this.#count === 0) return null;
    if (this.#message.isWhole) return this.#messageText();
    if (this.#isText) return this.#joined();
    const last = this.#last.slice(-tail);
    const omitted = this.#count - this.#first.length - last.length;
    const middle = omitted > 0 ? [marker('items', { omitted })] : [];
    return `[${[...this.#first, ...middle, ...last].join(',')}]`;
  }

  #messageText(): string {
    return this.#capturer.text(this.#message.value()) ?? 'null';
  }

  #joined(): string {
    const text = this.#capturer.text(this.#text) ?? '""';
    return this.#textLength === this.#text.length
      ? text
      : `{"$clew":"truncated","length":${this.#textLength},"text":${text}}`;
  }

  #addText(part: string): undefined {
    this.#textLength += part.length;
    const room = this.#longestText - this.#text.length;
    // One that is cut leaves no room, so that what comes later is not joined to what was there before the gap.
    if (room > 0 && !this.#isCut) {
      this.#isCut = part.length > room;
      this.#text += this.#isCut ? sliceWhole(part, room) : part;
    }
  }

  /** A first part that is no string: what came before is one item. */
  #becomeList(): void {
    this.#isText = false;
    if (this.#count > 1) this.#first.push(this.#joined());
    this.#count = this.#first.length + 1;
    this.#text = '';
  }

  #addItem(item: string): void {
    if (this.#first.length < head) {
      this.#first.push(item);
      return;
    }
    this.#last.push(item);
    // Cut now and then, not at each part: moving 150 items for each of a million parts would be felt.
    if (this.#last.length >= tail * 2) this.#last = this.#last.slice(-tail);
  }
}
