import { ownClock } from '../base/clock.ts';
import { untraced } from '../base/shared.ts';
import { cutText } from './cut.ts';
import type { CaptureLimits } from './limits.ts';
import { marker } from './marker.ts';
import type { Masking } from './masking.ts';
import { Scanner } from './scan.ts';
import { Walker } from './walker.ts';

/** A value as it will be stored: bounded, masked JSON text. */
export interface Captured {
  readonly text: string;
  /** What tells the whole value apart where the text does not tell all of it; else null. */
  readonly fingerprint: string | null;
}

/** Each step keeps less of every string and list, until the value fits: the longest strings are cut first. */
const narrower = [1, 8, 64, 512];

/**
 * Turns any value into bounded, masked JSON text, once. Never throws, keeps no reference to the value, and stays
 * within the limits: what is missing is said in its place by a `{"$clew": …}` marker (design section 4).
 */
export class Capturer {
  readonly masking: Masking;
  readonly #limits: CaptureLimits;
  readonly #tellsMessages: boolean;
  readonly #scanner: Scanner;

  /** `tellsMessages` false keeps the messages of errors in values out (C15). */
  constructor(limits: CaptureLimits, masking: Masking, tellsMessages = true) {
    this.#limits = limits;
    this.#tellsMessages = tellsMessages;
    this.masking = masking;
    this.#scanner = new Scanner(limits, masking);
  }

  /** The value as text, or null for undefined. */
  capture(value: unknown): Captured | null {
    if (value === undefined) return null;
    return untraced(() => this.#plain(value) ?? this.#walk(value));
  }

  /** As `capture`, for callers that only want the text. */
  text(value: unknown): string | null {
    return this.capture(value)?.text ?? null;
  }

  /** A short text of a record (a message, a tag, a name), masked and cut to `length` characters. */
  phrase(text: string, length = 4096): string {
    const cut = text.length > length ? `${cutText(text, length)}…` : text;
    return this.masking.maskText(cut);
  }

  #plain(value: unknown): Captured | undefined {
    try {
      if (!this.#scanner.isPlain(value)) return undefined;
      const text: unknown = JSON.stringify(value);
      return typeof text === 'string' && this.#fits(text) ? { text, fingerprint: null } : undefined;
    } catch {
      // A getter that throws, a Proxy that was revoked: the walker names the part.
      return undefined;
    }
  }

  #walk(value: unknown): Captured {
    const deadline = ownClock.now() + this.#limits.captureMs;
    let fingerprint: string | null = null;
    for (const factor of narrower) {
      const walker = new Walker(narrow(this.#limits, factor), this.masking, deadline, this.#tellsMessages);
      const text = walker.walk(value);
      // Dates, BigInts and the like tell themselves apart by their text alone.
      walker.fingerprint.add(text);
      fingerprint ??= walker.fingerprint.toString();
      if (this.#fits(text)) return { text, fingerprint };
    }
    return { text: marker('truncated', { bytes: this.#limits.valueBytes }), fingerprint };
  }

  /** A character is three bytes at most, so most texts need not be counted. */
  #fits(text: string): boolean {
    const { valueBytes } = this.#limits;
    return text.length * 3 <= valueBytes || Buffer.byteLength(text) <= valueBytes;
  }
}

function narrow(limits: CaptureLimits, factor: number): CaptureLimits {
  if (factor === 1) return limits;
  return {
    ...limits,
    stringLength: divide(limits.stringLength, factor, 64),
    arrayHead: divide(limits.arrayHead, factor, 4),
    arrayTail: divide(limits.arrayTail, factor, 4),
  };
}

/** Never above the limit itself, which may be set lower than `least`. */
function divide(limit: number, factor: number, least: number): number {
  return Math.min(limit, Math.max(least, Math.floor(limit / factor)));
}
