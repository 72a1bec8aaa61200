import { untraced } from '../base/shared.ts';
import type { Captured } from './captured.ts';
import { cutText } from './cut.ts';
import { Fingerprint } from './fingerprint.ts';
import type { CaptureLimits } from './limits.ts';
import { marker } from './marker.ts';
import type { Masking } from './masking.ts';
import { Scan } from './scan.ts';
import { fits, shorten, unshortened } from './shorten.ts';
import { Walker, type WalkSession } from './walker.ts';
import { wellFormed, wellFormedJson } from './well-formed.ts';

/**
 * Turns any value into bounded, masked JSON text, once. Never throws, keeps no reference to the value, and stays
 * within the limits: what is missing is said in its place by a `{"$clew": …}` marker. What fits is kept whole; the work
 * is bounded by what is counted (properties looked at, characters read), never by a clock.
 */
export class Capturer {
  readonly masking: Masking;
  readonly #limits: CaptureLimits;
  readonly #tellsMessages: boolean;
  /** Used again for the next value unless something was noted in it; a `toJSON` may capture while one is in use. */
  #idleScan: Scan | undefined;

  /** `tellsMessages` false keeps the messages of errors in values out. */
  constructor(limits: CaptureLimits, masking: Masking, tellsMessages = true) {
    this.#limits = limits;
    this.#tellsMessages = tellsMessages;
    this.masking = masking;
  }

  /** Characters of one string that are kept at most. */
  get longestText(): number {
    return this.#limits.stringLength;
  }

  /** The value as text, or null for undefined. */
  capture(value: unknown): Captured | null {
    return value === undefined ? null : untraced(() => this.#capture(value, this.#limits));
  }

  /** As `capture`, for callers that only want the text. `valueBytes` can make it shorter than other values. */
  text(value: unknown, valueBytes = this.#limits.valueBytes): string | null {
    if (value === undefined) return null;
    const limits = valueBytes < this.#limits.valueBytes ? { ...this.#limits, valueBytes } : this.#limits;
    return untraced(() => this.#capture(value, limits)).text;
  }

  /** A short text of a record (a message, a tag, a name), masked and cut to `length` characters. */
  phrase(text: string, length = 4096): string {
    const cut = text.length > length ? `${cutText(text, length)}…` : text;
    return wellFormed(this.masking.maskText(cut));
  }

  #capture(value: unknown, limits: CaptureLimits): Captured {
    try {
      const scan = this.#scan(limits);
      if (scan.isClean(value)) {
        this.#idleScan = scan;
        const text = wellFormedJson(JSON.stringify(value));
        return fits(text, limits) ? { text, fingerprint: null } : shorten(value, limits, this.#session());
      }
      const session = this.#session();
      return this.#whole(value, scan, limits, session) ?? shorten(value, limits, session);
    } catch {
      // The engine itself refused: no room on the stack of a deep recursion.
      return { text: marker('unreadable'), fingerprint: null };
    }
  }

  #scan(limits: CaptureLimits): Scan {
    const idle = this.#idleScan;
    if (idle === undefined || idle.limits !== limits) return new Scan(limits, this.masking);
    this.#idleScan = undefined;
    return idle.begin();
  }

  /** Everything, where it fits. */
  #whole(value: unknown, scan: Scan, limits: CaptureLimits, session: WalkSession): Captured | undefined {
    if (scan.isOver) return undefined;
    const walker = new Walker(session, unshortened(limits), { scan });
    const text = wellFormedJson(walker.write(value));
    if (walker.isOver || !fits(text, limits)) return undefined;
    return { text, fingerprint: session.fingerprint.isEmpty ? null : session.fingerprint.toString() };
  }

  #session(): WalkSession {
    return {
      masking: this.masking,
      tellsMessages: this.#tellsMessages,
      fingerprint: new Fingerprint(),
      answers: new Map(),
    };
  }
}
