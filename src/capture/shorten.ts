import type { Captured } from './captured.ts';
import { Fingerprint } from './fingerprint.ts';
import type { CaptureLimits } from './limits.ts';
import { marker } from './marker.ts';
import { Walker, type Lengths, type WalkBounds, type WalkSession } from './walker.ts';
import { wellFormedJson } from './well-formed.ts';

/** Characters of the marker that a cut string becomes. */
const cutLength = 48;
/** Strings are not cut shorter than this while a list could be. */
const readable = 512;
/** Tries to find a length at which the bytes fit: characters have one to three bytes, and escapes up to six. */
const mostTries = 4;
/** How many times fewer items and how many keys and levels are kept, step by step, where cutting strings is not enough. */
const steps = [
  { divisor: 1, keys: Infinity, depth: Infinity, least: readable },
  { divisor: 1, keys: 200, depth: Infinity, least: readable },
  { divisor: 8, keys: 200, depth: Infinity, least: readable },
  { divisor: 64, keys: 64, depth: Infinity, least: readable },
  { divisor: 64, keys: 64, depth: 6, least: 1 },
  { divisor: 512, keys: 8, depth: 4, least: 1 },
];
/** The share of the room that the last items of lists may take before all others. */
const lastShare = 0.25;

/** The bounds of a walk that cuts nothing but what the limits say. */
export function unshortened({ stringLength, arrayHead, arrayTail, depth, valueBytes }: CaptureLimits): WalkBounds {
  return {
    stringLength,
    lastLength: stringLength,
    arrayHead,
    arrayTail,
    depth,
    keys: Infinity,
    // A text of more characters than bytes are allowed does not fit; the rest is room for what is counted too early.
    length: valueBytes * 2,
    looks: valueBytes * 2,
  };
}

export function fits(text: string, { valueBytes }: CaptureLimits): boolean {
  // A character is three bytes at most, so that most texts need not be counted.
  return text.length * 3 <= valueBytes || (text.length <= valueBytes && Buffer.byteLength(text) <= valueBytes);
}

/**
 * The text of a value that does not fit: the longest strings are cut first, all to the same length, then lists, objects
 * and levels. The last item of a list, which in a conversation is the question, is cut after all others. The work is
 * bounded by the number of steps and tries, of which each ends when it has more than would fit.
 */
export function shorten(value: unknown, limits: CaptureLimits, session: WalkSession): Captured {
  const text = firstThatFits(value, limits, session) ?? marker('truncated', { bytes: limits.valueBytes });
  return { text, fingerprint: session.fingerprint.toString() };
}

function firstThatFits(value: unknown, limits: CaptureLimits, session: WalkSession): string | undefined {
  for (const step of steps) {
    const bounds = narrow(limits, step);
    const lengths: Lengths = { others: [], last: [], least: Math.min(step.least, limits.stringLength), kept: 0 };
    // What cannot be cut must fit by itself.
    const measure = new Walker(session, { ...bounds, length: limits.valueBytes }, { lengths });
    measure.write(value);
    if (measure.isOver) continue;
    const text = cutToFit(value, { bounds, limits, session, lengths, used: measure.length - lengths.kept });
    if (text !== undefined) return text;
  }
  return undefined;
}

interface Cutting {
  readonly bounds: WalkBounds;
  readonly limits: CaptureLimits;
  readonly session: WalkSession;
  readonly lengths: Lengths;
  /** Characters of everything but the strings that could be cut. */
  readonly used: number;
}

function cutToFit(value: unknown, { bounds, limits, session, lengths, used }: Cutting): string | undefined {
  // All that is missing was noted when it was measured.
  const cutting = { ...session, fingerprint: new Fingerprint(0) };
  let room = limits.valueBytes - used;
  for (let attempt = 0; attempt < mostTries && room > 0; attempt += 1) {
    const lastLength = longestThatFits(lengths.last, room * lastShare, bounds.stringLength);
    const taken = lengths.last.reduce((sum, length) => sum + Math.min(length, lastLength), 0);
    const stringLength = longestThatFits(lengths.others, room - taken, bounds.stringLength);
    if (stringLength < lengths.least) return undefined;
    const cut = { ...bounds, stringLength, lastLength: Math.max(lastLength, stringLength) };
    const text = wellFormedJson(new Walker(cutting, cut, {}).write(value));
    if (fits(text, limits)) return text;
    const bytes = Buffer.byteLength(text);
    room = Math.floor(Math.min(room * 0.9, ((room * limits.valueBytes) / bytes) * 0.95));
  }
  return undefined;
}

/** The length to which all longer strings must be cut, so that they have room together. */
function longestThatFits(lengths: readonly number[], room: number, longest: number): number {
  const ascending = lengths.toSorted((first, second) => first - second);
  let left = room;
  for (const [index, length] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (length > share) return Math.max(0, share - cutLength);
    left -= length;
  }
  return longest;
}

function narrow(limits: CaptureLimits, { divisor, keys, depth }: (typeof steps)[number]): WalkBounds {
  return {
    ...unshortened(limits),
    arrayHead: divide(limits.arrayHead, divisor),
    arrayTail: divide(limits.arrayTail, divisor),
    depth: Math.min(limits.depth, depth),
    keys,
  };
}

/** Never above the limit itself, which may be set lower than 4. */
function divide(limit: number, divisor: number): number {
  return Math.min(limit, Math.max(4, Math.floor(limit / divisor)));
}
