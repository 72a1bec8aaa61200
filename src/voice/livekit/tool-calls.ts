import type { Span } from '../../span/span.ts';
import { listIn, numberIn, textIn, valueIn } from './livekit-session.ts';

/** A tool that was run, as LiveKit tells of it. Times are monotonic milliseconds. */
interface ToolCall {
  readonly name: string;
  readonly id: string | undefined;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: string | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Monotonic milliseconds: now, and when the call began. */
interface CallTimes {
  readonly now: number;
  readonly from: number;
}

/** The tools that were run: LiveKit tells of them when the last has ended, with the times of each. */
export function readToolCalls(event: unknown, { now, from }: CallTimes): readonly ToolCall[] {
  const outputs = listIn(event, 'functionCallOutputs');
  const wallNow = Date.now();
  const monotonic = (wall: number | undefined): number => {
    const time = now - (wallNow - (wall ?? wallNow));
    // A clock that was set says nothing about a call.
    return time >= from && time <= now ? time : now;
  };
  return listIn(event, 'functionCalls').map((call, index) => {
    const output = outputs[index];
    const text = textIn(output, 'output');
    return {
      name: textIn(call, 'name') ?? 'unknown',
      id: textIn(call, 'callId'),
      input: parsed(textIn(call, 'args')),
      output: parsed(text),
      error: valueIn(output, 'isError') === true ? (text ?? 'the tool failed') : undefined,
      startedAt: monotonic(numberIn(call, 'createdAt')),
      endedAt: monotonic(numberIn(output, 'createdAt')),
    };
  });
}

/** Each as a span. */
export function recordToolCalls(parent: Span, calls: readonly ToolCall[]): void {
  for (const { name, id, input, output, error, startedAt, endedAt } of calls) {
    const metadata = { tool_call_id: id };
    parent.span(`tool:${name}`, { kind: 'tool', startedAt, input, metadata }).end({ output, endedAt, error });
  }
}

/** Arguments and results are JSON texts. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
