import { untraced } from '../../base/shared.ts';
import { readAnthropicUsage } from './anthropic.ts';
import { readOpenAiUsage } from './openai.ts';
import {
  completeUsage,
  readCount,
  readObject,
  readText,
  setCounts,
  usageKeys,
  wireUsageKeys,
  type MutableUsage,
  type Usage,
} from './usage.ts';

/** What can be read out of a provider's answer. */
export interface Answer {
  readonly usage: Usage | undefined;
  readonly model: string | undefined;
  readonly responseId: string | undefined;
}

/** One reader a provider; the first that knows the shape wins, and our own names come last. */
const readers: readonly ((source: object) => MutableUsage | undefined)[] = [
  // First, since its answers have OpenAI's detail keys too.
  readAnthropicUsage,
  readOpenAiUsage,
  readOwnUsage,
];

/** Usage in any known shape, or undefined. Never throws. */
export function readUsage(source: unknown): Usage | undefined {
  if (typeof source !== 'object' || source === null) return undefined;
  return untraced(() => {
    try {
      return readKnownUsage(source);
    } catch {
      return undefined;
    }
  });
}

/** What a returned answer, or one chunk of a streamed one, says of usage, model and id. Never throws. */
export function readAnswer(value: unknown): Answer | undefined {
  if (typeof value !== 'object' || value === null || !mayHoldUsage(value)) return undefined;
  return untraced(() => {
    try {
      return readKnownAnswer(value);
    } catch {
      // A hostile getter costs the usage, not the call.
      return undefined;
    }
  });
}

/** Asking by `in` runs no getter; a Proxy may still throw. */
function mayHoldUsage(value: object): boolean {
  try {
    return 'usage' in value || 'message' in value;
  } catch {
    return false;
  }
}

function readKnownUsage(source: object): Usage | undefined {
  for (const read of readers) {
    const usage = read(source);
    if (usage !== undefined) return completeUsage(usage);
  }
  return undefined;
}

function readKnownAnswer(value: object): Answer | undefined {
  // Anthropic's first stream event holds the message; every other answer is the message.
  const answer = Reflect.get(value, 'type') === 'message_start' ? (readObject(value, 'message') ?? value) : value;
  const source = readObject(answer, 'usage');
  const usage = source && readKnownUsage(source);
  if (usage === undefined) return undefined;
  return { usage, model: readText(answer, 'model'), responseId: readText(answer, 'id') };
}

/** Our own names, as TypeScript and as the wire spell them. */
function readOwnUsage(source: object): MutableUsage {
  const usage: MutableUsage = {};
  for (const key of usageKeys) {
    setCounts(usage, { [key]: readCount(source, key) ?? readCount(source, wireUsageKeys[key]) });
  }
  return usage;
}
