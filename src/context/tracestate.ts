/** What a `tracestate` header says: OpenTelemetry's entry, and those of others. */
export interface TraceState {
  /** The rejection threshold of the service that decided about the trace: 14 hexadecimal digits. Undefined if it is missing. */
  readonly threshold: string | undefined;
  /** What is compared with thresholds in place of the trace id: 14 hexadecimal digits. Undefined if it is missing. */
  readonly randomness: string | undefined;
  /** What else OpenTelemetry's entry says. */
  readonly rest: readonly string[];
  /** The entries of other vendors, `key=value`, in their order. */
  readonly others: readonly string[];
}

export const emptyTraceState: TraceState = Object.freeze({
  threshold: undefined,
  randomness: undefined,
  rest: [],
  others: [],
});

const digits = 14;
const range = 2 ** 56;
const mostMembers = 32;
const mostCharacters = 512;
const mostOwnCharacters = 256;
/** The standard lets longer entries go first. */
const longMember = 128;
/** No server takes longer headers. */
const longestHeader = 16_384;

const member =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}$/;

/**
 * Reads a `tracestate` header. What the standard calls invalid is left out, entry by entry; of two entries with one key
 * the first counts.
 */
export function parseTracestate(header: string): TraceState {
  if (header.length > longestHeader) return emptyTraceState;
  const members = new Map<string, string>();
  for (const text of header.split(',')) {
    const entry = text.trim();
    const key = entry.slice(0, entry.indexOf('='));
    if (member.test(entry) && !members.has(key)) members.set(key, entry);
  }
  const own = members.get('ot');
  members.delete('ot');
  return { ...parseOwn(own?.slice(3) ?? ''), others: [...members.values()].slice(0, mostMembers) };
}

function parseOwn(value: string): Omit<TraceState, 'others'> {
  let threshold: string | undefined;
  let randomness: string | undefined;
  const rest: string[] = [];
  if (value.length > mostOwnCharacters) return emptyTraceState;
  for (const part of value.split(';')) {
    if (part.startsWith('th:')) threshold ??= /^th:([0-9a-f]{1,14})$/.exec(part)?.[1]?.padEnd(digits, '0');
    else if (part.startsWith('rv:')) randomness ??= /^rv:([0-9a-f]{14})$/.exec(part)?.[1];
    else if (part !== '') rest.push(part);
  }
  return { threshold, randomness, rest };
}

/**
 * The header, with OpenTelemetry's entry first. Above 32 entries or 512 characters, long entries of others go first,
 * then the last ones. Empty where there is nothing to say.
 */
export function formatTracestate({ threshold, randomness, rest, others }: TraceState): string {
  const parts = [...rest];
  if (randomness !== undefined) parts.unshift(`rv:${randomness}`);
  if (threshold !== undefined) parts.unshift(`th:${threshold.replace(/(?<=.)0+$/, '')}`);
  while (parts.join(';').length > mostOwnCharacters) parts.pop();
  const own = parts.length === 0 ? [] : [`ot=${parts.join(';')}`];
  let kept = [...own, ...others];
  if (kept.join(',').length > mostCharacters) {
    kept = [...own, ...others.filter(({ length }) => length <= longMember)];
  }
  kept = kept.slice(0, mostMembers);
  while (kept.join(',').length > mostCharacters) kept.pop();
  return kept.join(',');
}

/** The share of all traces that a threshold keeps: above 0, at most 1. */
export function probabilityOf(threshold: string): number {
  return Number(BigInt(range) - BigInt(`0x${threshold}`)) / range;
}
