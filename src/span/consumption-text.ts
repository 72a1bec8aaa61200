import type { SpanRecord } from './record.ts';
import { visible } from './tree.ts';

/** What a span used, for a line of text: model, tokens and cost, and which attempt it was if not the first. */
export function consumptionFacts({ model, usage, usageScope, costUsd, attempt }: SpanRecord): readonly string[] {
  const { inputTokens, outputTokens } = usage ?? {};
  const isCounted = inputTokens !== undefined || outputTokens !== undefined;
  const cost = costUsd === null ? [] : [usdText(costUsd)];
  return [
    ...(model === null ? [] : [visible(model)]),
    ...(isCounted ? [`${inputTokens ?? '?'} → ${outputTokens ?? '?'} tokens`] : []),
    ...(usage !== null && costUsd === null ? ['unpriced'] : cost),
    // Otherwise one would add it to those below it.
    ...(usage !== null && usageScope === 'aggregate' ? ['(sum)'] : []),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ];
}

/** Two digits that mean something, however little it is. */
export function usdText(usd: number): string {
  return usd === 0 ? '$0' : `$${usd.toLocaleString('en', { maximumSignificantDigits: 2 })}`;
}
