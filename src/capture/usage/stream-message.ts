import { isObject } from '../../base/object.ts';
import { readAnswer, safely } from './answer.ts';
import type { Answer, AnswerFormat, Assembly } from './format.ts';
import { formats } from './formats.ts';
import type { ToolCall } from './tool-call.ts';

/** The message that a stream's parts make together, where a provider's format is known. Never throws. */
export class StreamMessage {
  #format: AnswerFormat | undefined;
  #assembly: Assembly | undefined;
  #isOver = false;

  /** True while every part so far belonged to the message. */
  get isWhole(): boolean {
    return this.#assembly !== undefined && !this.#isOver;
  }

  /** Takes the next part, if it belongs to the message; returns what the part says of usage, model and id. */
  add(part: unknown, isFirst: boolean): Answer | undefined {
    if (!isObject(part)) return this.#end();
    if (isFirst) this.#begin(part);
    else if (this.isWhole && safely(() => this.#assembly?.add(part)) !== true) this.#end();
    return this.isWhole ? safely(() => this.#format?.readAnswer?.(part)) : readAnswer(part);
  }

  /** The message so far, in the provider's own form; undefined where there is none. */
  value(): unknown {
    return safely(() => this.#assembly?.message());
  }

  toolCalls(): readonly ToolCall[] {
    return safely(() => this.#assembly?.toolCalls()) ?? [];
  }

  #begin(part: object): void {
    this.#format = formats.find(({ stream }) => safely(() => stream?.begins(part)) === true);
    const assembly = this.#format?.stream?.assembly();
    if (assembly !== undefined && safely(() => assembly.add(part)) === true) this.#assembly = assembly;
  }

  #end(): undefined {
    this.#isOver = true;
  }
}
