import type { Span, ToolUse } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, startRecording } from '../flows/recording.ts';

const call = (id: string | null, name: string, given: object): object => ({ id, name, arguments: given });

/** The tools that an answer asked for, and the inputs of the spans that ran them. */
function usesOf(toolCalls: readonly object[], run: (trace: Span) => void): readonly unknown[] {
  const { tracer, memory } = startRecording();
  tracer.span('agent', (agent) => {
    agent.generation('decide', { toolCalls }).end();
    run(agent);
  });
  return only(memory.traces).toolUses.map(({ id, name, span }: ToolUse) => [id, name, span?.input ?? null]);
}

describe('G20 a tool that an answer asked for', () => {
  it('is told with the span that ran it, by its id, whatever the order', () => {
    const calls = [call('call_1', 'lookup', { id: 1 }), call('call_2', 'lookup', { id: 1 })];
    const uses = usesOf(calls, (agent) => {
      agent.span('lookup', { kind: 'tool', input: { toolCallId: 'call_2', id: 1 } }).end();
      agent.span('lookup', { kind: 'tool', input: { n: 1 }, metadata: { tool_call_id: 'call_1' } }).end();
    });
    expect(uses).toEqual([
      ['call_1', 'lookup', { n: 1 }],
      ['call_2', 'lookup', { toolCallId: 'call_2', id: 1 }],
    ]);
  });

  it('is found by its name and arguments where no id is passed on, else by its name', () => {
    const calls = [
      call(null, 'lookup', { id: 1 }),
      call(null, 'lookup', { id: 2 }),
      call(null, 'pay', { amount: 3, to: 'x' }),
      call(null, 'odd', {}),
    ];
    const uses = usesOf(calls, (agent) => {
      agent.span('tool:lookup', { input: { args: { id: 2 } } }).end();
      agent.span('lookup', { kind: 'tool', input: { id: 1 } }).end();
      agent.span('pay', { kind: 'tool', input: { sum: 3, receiver: 'x' } }).end();
      agent.span('odd', { kind: 'tool', input: { something: 'else' } }).end();
    });
    expect(uses).toEqual([
      [null, 'lookup', { id: 1 }],
      [null, 'lookup', { args: { id: 2 } }],
      [null, 'pay', { sum: 3, receiver: 'x' }],
      [null, 'odd', { something: 'else' }],
    ]);
  });

  it('is told without a span where nothing ran it, or only something that began before', () => {
    const { tracer, memory } = startRecording();
    tracer.span('agent', (agent) => {
      agent.span('lookup', { kind: 'tool' }).end();
      agent.generation('decide', { toolCalls: [call('c', 'lookup', {})] }).end();
      agent.span('lookup').end();
    });
    const [use] = only(memory.traces).toolUses;
    expect([use?.span, use?.generation.name]).toEqual([null, 'decide']);
  });

  it('has to be one: anything else that was told by hand is left out', () => {
    expect(usesOf([{ no: 'name' }, [], Object.create(null)], () => {})).toEqual([]);
  });
});
