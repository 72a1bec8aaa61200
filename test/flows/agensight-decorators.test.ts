import { init, span, trace, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, treesOf } from './recording.ts';

class Assistant {
  @trace({
    name: 'multi_agent_chat',
    session: { id: 'user_789', name: 'first chat', user_id: 'u1' },
    metadata: { plan: 'pro' },
  })
  async chat(question: string): Promise<string> {
    const plan = await this.llm([{ role: 'user', content: question }]);
    return this.lookup(plan.content);
  }

  @span({ name: 'llm' })
  async llm(messages: readonly object[]): Promise<{ content: string; usage: object }> {
    await Promise.resolve();
    return {
      content: `${messages.length} message`,
      usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    };
  }

  @span({ name: 'lookup' })
  lookup(plan: string): string {
    return plan.toUpperCase();
  }

  @trace({ name: 'main' })
  main(): string {
    return this.lookup('sync');
  }
}

const assistant = new Assistant();

describe('@trace', () => {
  it('G10, G13 defines a top-level operation, and what it calls is under it', async () => {
    const { tracer, memory } = startRecording();
    await withTracer(tracer, () => assistant.chat('hi'));
    expect(treesOf(memory)).toBe(`\
multi_agent_chat
  llm
  lookup`);
  });

  it('G11, G14 takes name, session and metadata, and the trace has all of them', async () => {
    const { tracer, memory } = startRecording();
    await withTracer(tracer, () => assistant.chat('hi'));
    expect(only(memory.traces)).toMatchObject({
      name: 'multi_agent_chat',
      sessionId: 'user_789',
      sessionName: 'first chat',
      userId: 'u1',
      metadata: { plan: 'pro' },
    });
  });

  it('G12 makes a unique trace id for each call', async () => {
    const { tracer, memory } = startRecording();
    await withTracer(tracer, () => (assistant.main(), Promise.all([assistant.chat('a'), assistant.chat('b')])));
    const ids = memory.traces.map(({ traceId }) => traceId);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  });

  it('G15 stands on a synchronous method and leaves it synchronous', () => {
    const { tracer, memory } = startRecording();
    expect(withTracer(tracer, () => assistant.main())).toBe('SYNC');
    expect(treesOf(memory)).toBe('main\n  lookup');
  });
});

describe('@span', () => {
  it('G16, G17, G18 captures input, output and time of one operation under its name', async () => {
    const { tracer, memory } = startRecording();
    await withTracer(tracer, () => assistant.chat('hi'));
    const llm = spanNamed(only(memory.traces), 'llm');
    expect(llm).toMatchObject({
      input: { messages: [{ role: 'user', content: 'hi' }] },
      output: { content: '1 message' },
    });
    expect(llm.durationMs).toBeGreaterThanOrEqual(0);
    expect(spanNamed(only(memory.traces), 'lookup')).toMatchObject({
      input: { plan: '1 message' },
      output: '1 MESSAGE',
    });
  });

  it('G21 gives the caller what the function gave, the same object', async () => {
    const { tracer } = startRecording();
    const answer = { content: 'plan' };
    class Planner {
      @span({ name: 'plan' })
      plan(): { content: string } {
        return answer;
      }
    }
    expect(withTracer(tracer, () => new Planner().plan())).toBe(answer);
  });

  it('G28 comes from the package, as init does', () => {
    expect([typeof init, typeof trace, typeof span]).toEqual(['function', 'function', 'function']);
  });
});

describe('G19: usage in a return value', () => {
  class Model {
    @span({ name: 'llm' })
    answer(value: unknown): unknown {
      return value;
    }
  }

  it.each<[string, unknown, unknown]>([
    [
      'an OpenAI chat completion',
      { id: 'chatcmpl-1', model: 'gpt-4.1-mini', usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 } },
      { usage: { inputTokens: 20, outputTokens: 5, totalTokens: 25 }, model: 'gpt-4.1-mini', responseId: 'chatcmpl-1' },
    ],
    [
      'an OpenAI response',
      {
        id: 'resp_1',
        model: 'gpt-4.1',
        usage: { input_tokens: 36, output_tokens: 87, total_tokens: 123, input_tokens_details: { cached_tokens: 16 } },
      },
      { usage: { inputTokens: 36, outputTokens: 87, totalTokens: 123, cacheReadTokens: 16 }, responseId: 'resp_1' },
    ],
    [
      'an Anthropic message, whose cached tokens count as input',
      {
        id: 'msg_1',
        type: 'message',
        model: 'claude-sonnet-4-6',
        usage: { input_tokens: 15, output_tokens: 2, cache_read_input_tokens: 10, cache_creation_input_tokens: 0 },
      },
      {
        usage: { inputTokens: 25, outputTokens: 2, totalTokens: 27, cacheReadTokens: 10, cacheWriteTokens: 0 },
        model: 'claude-sonnet-4-6',
      },
    ],
    ['an answer without usage', { content: 'hi' }, { usage: null, model: null }],
    ['an answer whose usage is nonsense', { usage: { prompt_tokens: 'many' } }, { usage: null }],
    ['a text', 'hi', { usage: null }],
    ['nothing', undefined, { usage: null }],
  ])('is read from %s', (_what, value, expected) => {
    const { tracer, memory } = startRecording();
    expect(withTracer(tracer, () => new Model().answer(value))).toBe(value);
    expect(only(only(memory.traces).spans)).toMatchObject(Object(expected));
  });
});
