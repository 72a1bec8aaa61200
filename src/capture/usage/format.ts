import type { ToolCall } from './tool-call.ts';
import type { MutableUsage, Usage } from './usage.ts';

/** What a provider's answer, or a part of a streamed one, says about itself. What it does not say is absent. */
export interface Answer {
  readonly usage?: Usage | undefined;
  readonly model?: string | undefined;
  readonly responseId?: string | undefined;
  /** Only where the shape is one provider's own; several speak OpenAI's. */
  readonly provider?: string | undefined;
  readonly toolCalls?: readonly ToolCall[] | undefined;
  /** How it was served, where that changes its price: `batch`, `flex`, `priority`. */
  readonly serviceTier?: string | undefined;
}

/** The parts of one streamed answer, put together into the message they make. */
export interface Assembly {
  /** False for a part that is none of this answer's; it is not taken then. */
  add(part: object): boolean;
  /** The message so far, as the provider gives it in one piece. */
  message(): unknown;
  /** Of the message so far: usage, model and id are read from each part as it comes. */
  toolCalls(): readonly ToolCall[];
}

/**
 * One provider's way to answer. To add one, write it down here beside its neighbours and name it in `formats.ts`; its
 * fixtures stand in test/capture/usage. Nothing here may run a user's code unasked: whether a value is of this format is
 * told by `in`, and only then it is read.
 */
export interface AnswerFormat {
  /** Keys of which every answer, and every part of one, has one at least: what has none of them is not read. */
  readonly answerKeys?: readonly string[];
  /** The same for usage objects. */
  readonly usageKeys?: readonly string[];
  /** Numbers out of a usage object; undefined where it is none of this provider's. */
  readonly readUsage?: (usage: object) => MutableUsage | undefined;
  /** Undefined where the value is no answer, and no part of one, of this provider's. */
  readonly readAnswer?: (value: object) => Answer | undefined;
  /** How a stream of this provider is put together. */
  readonly stream?: {
    /** Whether a stream that begins with this part is one of this provider's. */
    readonly begins: (part: object) => boolean;
    readonly assembly: () => Assembly;
  };
}
