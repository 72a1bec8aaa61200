import { isObject } from '../../base/object.ts';

/**
 * What a generation used. A number that the provider did not give is absent, never 0 and never guessed (E57).
 * Tokens are counts, `audioMs` milliseconds, `characters` characters of text sent to a speech model.
 */
export interface Usage {
  /** Tokens read, cached ones included. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly totalTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
  readonly inputAudioTokens?: number;
  readonly outputAudioTokens?: number;
  /** Of the cached tokens, those of sound. */
  readonly cacheReadAudioTokens?: number;
  readonly audioMs?: number;
  readonly characters?: number;
}

type UsageKey = keyof Usage;

/** The wire's name of each number. */
export const wireUsageKeys: Readonly<Record<UsageKey, string>> = {
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  totalTokens: 'total_tokens',
  cacheReadTokens: 'cache_read_tokens',
  cacheWriteTokens: 'cache_write_tokens',
  reasoningTokens: 'reasoning_tokens',
  inputAudioTokens: 'input_audio_tokens',
  outputAudioTokens: 'output_audio_tokens',
  cacheReadAudioTokens: 'cache_read_audio_tokens',
  audioMs: 'audio_ms',
  characters: 'characters',
};

export const usageKeys: readonly UsageKey[] = [
  ...(['inputTokens', 'outputTokens', 'totalTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const),
  ...(['reasoningTokens', 'inputAudioTokens', 'outputAudioTokens'] as const),
  ...(['cacheReadAudioTokens', 'audioMs', 'characters'] as const),
];

const keysOfNames: ReadonlyMap<string, UsageKey> = new Map(
  usageKeys.flatMap((key) => [
    [key, key],
    [wireUsageKeys[key], key],
  ]),
);

/** The number that a name of ours stands for, as TypeScript or as the wire spells it. */
export function ownUsageKey(name: string): UsageKey | undefined {
  return keysOfNames.get(name);
}

export type MutableUsage = { -readonly [Key in UsageKey]?: number };

/** The third of three numbers follows from the other two (G46). Undefined when there is no number at all. */
export function completeUsage(usage: MutableUsage | undefined): Usage | undefined {
  if (usage === undefined) return undefined;
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (inputTokens !== undefined && outputTokens !== undefined) {
    usage.totalTokens = totalTokens ?? inputTokens + outputTokens;
  } else if (totalTokens !== undefined && inputTokens !== undefined && totalTokens >= inputTokens) {
    usage.outputTokens = totalTokens - inputTokens;
  } else if (totalTokens !== undefined && outputTokens !== undefined && totalTokens >= outputTokens) {
    usage.inputTokens = totalTokens - outputTokens;
  }
  return Object.keys(usage).length === 0 ? undefined : Object.freeze({ ...usage });
}

/**
 * A count as a provider gives it, or undefined for what is none: NaN, negative, a word, more than a number can hold
 * exactly. Digits in a text are a count.
 */
export function readCount(source: object, key: string): number | undefined {
  const value: unknown = Reflect.get(source, key);
  const count = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && count >= 0 && count <= Number.MAX_SAFE_INTEGER ? count : undefined;
}

export function readObject(source: object, key: string): object | undefined {
  const value: unknown = Reflect.get(source, key);
  return isObject(value) ? value : undefined;
}

/** The items of a list; none where there is no list. */
export function readList(source: object, key: string): readonly unknown[] {
  const value: unknown = Reflect.get(source, key);
  return Array.isArray(value) ? value : [];
}

export function readText(source: object, key: string): string | undefined {
  const value: unknown = Reflect.get(source, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const ordinaryTiers: ReadonlySet<string> = new Set(['default', 'standard', 'auto', 'on_demand', 'scale']);

/** Undefined for the tiers that prices are made for. */
export function readServiceTier(source: object): string | undefined {
  const tier = readText(source, 'service_tier');
  return tier === undefined || ordinaryTiers.has(tier) ? undefined : tier;
}

/** Sets what is there and leaves the rest absent. */
export function setCounts(
  usage: MutableUsage,
  counts: Readonly<Partial<Record<UsageKey, number | undefined>>>,
): MutableUsage {
  for (const key of usageKeys) {
    const count = counts[key];
    if (count !== undefined) usage[key] = count;
  }
  return usage;
}

/** Sums where numbers are there; a number that nobody gave stays absent. */
export function addUsage(sum: MutableUsage, usage: Usage): void {
  for (const key of usageKeys) {
    const count = usage[key];
    if (count !== undefined) sum[key] = (sum[key] ?? 0) + count;
  }
}

/** A stream tells its usage in parts: the last word on each number holds, and the total follows from them. */
export function mergeUsage(earlier: Usage | null, later: Usage | null | undefined): Usage | null {
  if (earlier === null || later === null || later === undefined) return later ?? earlier;
  const { totalTokens: _, ...parts } = earlier;
  const merged = { ...parts, ...later };
  if (later.totalTokens !== undefined || merged.inputTokens === undefined || merged.outputTokens === undefined) {
    return Object.freeze(merged);
  }
  return Object.freeze({ ...merged, totalTokens: merged.inputTokens + merged.outputTokens });
}
