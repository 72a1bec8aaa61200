import type { SpanRecord } from './record.ts';
import { visible } from './tree.ts';

/**
 * What a span used, for a line of text: model, tokens and cost, and which attempt it was if not the first. Usage that repeats
 * what is below it is left out, or one would add it up.
 */
export function consumptionFacts({ model, usage, usageScope, costUsd, attempt }: SpanRecord): readonly string[] {
  const isOwn = usageScope !== 'aggregate';
  const { inputTokens, outputTokens } = usage ?? {};
  const isCounted = inputTokens !== undefined || outputTokens !== undefined;
  const cost = costUsd === null ? 'unpriced' : usdText(costUsd);
  return [
    ...(model === null ? [] : [visible(model)]),
    ...(isOwn && isCounted ? [`${inputTokens ?? '?'} → ${outputTokens ?? '?'} tokens`] : []),
    ...(isOwn && (usage !== null || costUsd !== null) ? [cost] : []),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ];
}

/** Two digits that mean something, however little it is. */
export function usdText(usd: number): string {
  return usd === 0 ? '$0' : `$${usd.toLocaleString('en', { maximumSignificantDigits: 2 })}`;
}
