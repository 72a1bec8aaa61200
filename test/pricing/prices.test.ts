import type { TracerOptions } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, startRecording } from '../flows/recording.ts';

interface Generation {
  readonly model?: string;
  readonly provider?: string;
  readonly usage: object;
  readonly costUsd?: number;
  readonly metadata?: object;
}

function costOf(generation: Generation, options?: TracerOptions): number | null {
  const { tracer, memory } = startRecording(options);
  tracer.generation('answer', generation).end();
  return only(memory.traces).costUsd;
}

const usage = { inputTokens: 1_000_000, outputTokens: 100_000 };

describe('what a generation costs', () => {
  it.each<[string, Generation, number]>([
    ['by the model', { model: 'gpt-4.1-mini', usage }, 0.4 + 0.16],
    ['by the provider where it is told', { model: 'llama-3.3-70b-versatile', provider: 'groq', usage }, 0.59 + 0.079],
    ['by the GenAI conventions’ names of providers', { model: 'grok-4', provider: 'x_ai', usage }, 3 + 1.5],
    ['by the model behind a gateway', { model: 'gpt-4.1-mini', provider: 'our-gateway', usage }, 0.4 + 0.16],
    [
      'with cached tokens once, at their own price',
      { model: 'gpt-4.1-mini', usage: { ...usage, cacheReadTokens: 400_000 } },
      0.6 * 0.4 + 0.4 * 0.1 + 0.16,
    ],
    [
      'with tokens written to the cache',
      { model: 'claude-sonnet-4-5', usage: { ...usage, inputTokens: 100_000, cacheWriteTokens: 50_000 } },
      0.05 * 3 + 0.05 * 3.75 + 1.5,
    ],
    ['by tiers', { model: 'gemini-2.5-pro', usage: { inputTokens: 300_000, outputTokens: 1_000 } }, 0.3 * 2.5 + 0.015],
    ['without output', { model: 'gpt-4.1-mini', usage: { inputTokens: 1_000_000 } }, 0.4],
    [
      'with more cached tokens than there were',
      { model: 'gpt-4.1-mini', usage: { inputTokens: 10, cacheReadTokens: 1_000_000 } },
      0.1,
    ],
    ['nothing on one’s own machine', { model: 'qwen2.5:3b', provider: 'ollama', usage }, 0],
    [
      'with audio tokens at their own price, on both sides',
      { model: 'gpt-audio', usage: { ...usage, inputAudioTokens: 200_000, outputAudioTokens: 50_000 } },
      0.8 * 2.5 + 0.2 * 32 + 0.05 * 10 + 0.05 * 64,
    ],
    ['half in a batch', { model: 'gpt-4.1-mini', usage, metadata: { service_tier: 'batch' } }, 0.28],
    ['what is told by hand', { model: 'gpt-4.1-mini', usage, costUsd: 7 }, 7],
  ])('%s', (_, generation, expected) => {
    expect(costOf(generation)).toBeCloseTo(expected, 9);
  });

  it.each<[string, Generation]>([
    ['a model that nobody prices', { model: 'our-own-7b', usage }],
    ['no model', { usage }],
    ['no input', { model: 'gpt-4.1-mini', usage: { outputTokens: 5 } }],
    ['a tier that has its own prices', { model: 'gpt-4.1-mini', usage, metadata: { service_tier: 'priority' } }],
    ['audio where only text has a price', { model: 'gpt-4.1-mini', usage: { ...usage, inputAudioTokens: 5 } }],
  ])('is not known for %s, and the trace names it', (_, generation) => {
    const { tracer, memory } = startRecording();
    tracer.generation('answer', generation).end();
    expect(only(memory.traces)).toMatchObject({ costUsd: null, unpriced: [generation.model ?? 'answer'] });
  });

  it('is that of the user’s own prices, for own models and instead of the table’s', () => {
    const prices = {
      'our-own-7b': { input_mtok: 2, output_mtok: 10 },
      'gpt-4.1-mini': { input_mtok: 1, output_mtok: 1 },
    };
    expect(costOf({ model: 'our-own-7b', usage }, { prices })).toBeCloseTo(3, 9);
    expect(costOf({ model: 'gpt-4.1-mini', provider: 'openai', usage }, { prices })).toBeCloseTo(1.1, 9);
    expect(
      costOf(
        { model: 'qwen2.5:3b', provider: 'ollama', usage },
        { prices: { 'qwen2.5:3b': { input_mtok: 1, output_mtok: 0 } } },
      ),
    ).toBeCloseTo(1, 9);
  });

  it('is not looked for with prices: false', () => {
    expect(costOf({ model: 'gpt-4.1-mini', usage }, { prices: false })).toBeNull();
    expect(costOf({ model: 'gpt-4.1-mini', usage, costUsd: 2 }, { prices: false })).toBe(2);
  });

  it('is counted once where a span above tells the same tokens again', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('run', (trace) => {
      const outer = trace.generation('outer', { model: 'gpt-4.1-mini', usage });
      outer.generation('inner', { model: 'gpt-4.1-mini', usage }).end();
      outer.end();
    });
    const trace = only(memory.traces);
    expect(trace.costUsd).toBeCloseTo(0.56, 9);
    expect(trace.usage).toMatchObject(usage);
  });
});
