import { isObject } from '../../base/object.ts';
import type { AnswerFormat, Assembly } from './format.ts';
import { joined } from './fragments.ts';
import { readToolCalls, toolCall, type ToolCall } from './tool-call.ts';
import { completeUsage, readCount, readList, readObject, readText, setCounts, type MutableUsage } from './usage.ts';

/**
 * Gemini's answers, whole; the parts of a stream have the same form.
 *
 * Source: https://ai.google.dev/api/generate-content
 */
export const gemini: AnswerFormat = {
  answerKeys: ['usageMetadata', 'candidates'],
  usageKeys: ['promptTokenCount', 'candidatesTokenCount', 'responseTokenCount', 'totalTokenCount'],
  readUsage: readGeminiUsage,

  readAnswer(value) {
    if (!isGemini(value)) return undefined;
    const usage = readObject(value, 'usageMetadata');
    return {
      usage: completeUsage(usage && readGeminiUsage(usage)),
      model: readText(value, 'modelVersion'),
      responseId: readText(value, 'responseId'),
      toolCalls: partsOf(value).flatMap((parts) => readToolCalls(parts, readFunctionCallPart)),
    };
  },

  stream: { begins: isGemini, assembly: () => new GeminiAssembly() },
};

function isGemini(value: object): boolean {
  return 'usageMetadata' in value || ('candidates' in value && Array.isArray(value.candidates));
}

/** The parts of each candidate. */
function partsOf(value: object): readonly (readonly unknown[])[] {
  return readList(value, 'candidates').map((candidate) => {
    const content = isObject(candidate) ? readObject(candidate, 'content') : undefined;
    return content === undefined ? [] : readList(content, 'parts');
  });
}

function readFunctionCallPart(part: object): ToolCall | undefined {
  const call = readObject(part, 'functionCall');
  return call && toolCall(Reflect.get(call, 'id'), Reflect.get(call, 'name'), Reflect.get(call, 'args'));
}

/** Thoughts are output that `candidatesTokenCount` leaves out; what tools were shown is input. */
function readGeminiUsage(usage: object): MutableUsage | undefined {
  const prompt = readCount(usage, 'promptTokenCount');
  const candidates = readCount(usage, 'candidatesTokenCount') ?? readCount(usage, 'responseTokenCount');
  const thoughts = readCount(usage, 'thoughtsTokenCount');
  const totalTokens = readCount(usage, 'totalTokenCount');
  if (prompt === undefined && candidates === undefined && totalTokens === undefined) return undefined;
  const tools = readCount(usage, 'toolUsePromptTokenCount');
  return setCounts(
    {},
    {
      inputTokens: prompt === undefined ? undefined : prompt + (tools ?? 0),
      outputTokens:
        candidates === undefined && thoughts === undefined ? undefined : (candidates ?? 0) + (thoughts ?? 0),
      totalTokens,
      cacheReadTokens: readCount(usage, 'cachedContentTokenCount'),
      reasoningTokens: thoughts,
      inputAudioTokens: audioTokens(Reflect.get(usage, 'promptTokensDetails')),
      outputAudioTokens: audioTokens(
        Reflect.get(usage, 'candidatesTokensDetails') ?? Reflect.get(usage, 'responseTokensDetails'),
      ),
    },
  );
}

function audioTokens(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  const audio: unknown = details.find((detail) => isObject(detail) && Reflect.get(detail, 'modality') === 'AUDIO');
  return isObject(audio) ? readCount(audio, 'tokenCount') : undefined;
}

const mostParts = 1_000;

class GeminiAssembly implements Assembly {
  readonly #parts: Record<string, unknown>[] = [];

  add(part: object): boolean {
    if (!isGemini(part)) return false;
    for (const item of partsOf(part)[0] ?? []) if (isObject(item)) this.#addPart({ ...item });
    return true;
  }

  message(): unknown {
    return { role: 'model', parts: this.#parts };
  }

  toolCalls(): readonly ToolCall[] {
    return readToolCalls(this.#parts, readFunctionCallPart);
  }

  /** Text goes on where the last part is text of the same kind: spoken, or thought. */
  #addPart(part: Record<string, unknown>): void {
    const last = this.#parts.at(-1);
    const [text, before] = [part['text'], last?.['text']];
    const isSame = last?.['thought'] === part['thought'];
    if (last !== undefined && isSame && typeof text === 'string' && typeof before === 'string') {
      last['text'] = joined(before, text);
    } else if (this.#parts.length < mostParts) this.#parts.push(part);
  }
}
