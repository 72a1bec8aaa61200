import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { TraceContext, type TraceRecord, traceSpan, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { ScriptedServer } from '../fixtures/scripted-server.ts';
import { only, spanNamed, startRecording, treesOf } from './recording.ts';

describe('the exercise’s own checks', () => {
  it('T24 a step and its tokens are in the summary', () => {
    const context = new TraceContext('req_1');
    context.addSpan('search', 12.5);
    context.addTokens({ inputTokens: 100, outputTokens: 50 });
    expect(context.summary()).toMatchObject({ spanCount: 1, inputTokens: 100, outputTokens: 50, totalLatencyMs: 12.5 });
  });

  it('T25 a step of 10 ms took at least 5', async () => {
    const context = new TraceContext('req_1');
    await traceSpan(context, 'sleep', () => later(10));
    expect(only(context.spans).name).toBe('sleep');
    expect(only(context.spans).latencyMs).toBeGreaterThanOrEqual(5);
  });

  it('T26 an error is let through and counted', () => {
    const context = new TraceContext('req_1');
    const failing = (): unknown =>
      traceSpan(context, 'fail_span', () => {
        throw new Error('boom');
      });
    expect(failing).toThrow('boom');
    expect(context.errors).toEqual(['fail_span: boom']);
    expect(only(context.spans).error).toBe('boom');
  });

  it('T27 an agent’s tokens are counted, in one step, and its answer comes back', async () => {
    const context = new TraceContext('req_1');
    const reply = { text: '42', usage: { prompt_tokens: 20, completion_tokens: 5 } };
    const agent = async (): Promise<string> => {
      const { text, usage } = await traceSpan(context, 'llm_call', async () => reply);
      context.addTokens(usage);
      return text;
    };
    expect(await agent()).toBe('42');
    expect(context.totalTokens).toEqual({ input: 20, output: 5 });
    expect(context.spans).toHaveLength(1);
  });

  it('T28 an agent of several steps has several spans', async () => {
    const context = new TraceContext('req_1');
    await traceSpan(context, 'search', async () => ['a document']);
    await traceSpan(context, 'llm_call', async () => 'an answer');
    expect(context.summary().spanCount).toBeGreaterThanOrEqual(2);
    expect(context.spans.map(({ name }) => name)).toEqual(['search', 'llm_call']);
  });

  it('T29 Anthropic’s tokens are those of its own client', async () => {
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-haiku-4-5',
      content: [{ type: 'text', text: '2' }],
      usage: { input_tokens: 15, output_tokens: 2 },
    };
    await using server = await ScriptedServer.start(() => ({ json: message }));
    const client = new Anthropic({ apiKey: 'test', baseURL: server.baseUrl });
    const context = new TraceContext('req_1');
    const messages = [{ role: 'user' as const, content: '1 + 1?' }];
    const { usage } = await traceSpan(context, 'llm_call', () =>
      client.messages.create({ model: 'claude-haiku-4-5', max_tokens: 10, messages }),
    );
    context.addTokens(usage);
    expect(context.totalTokens).toEqual({ input: 15, output: 2 });
  });

  it('T30 a secret in an exception’s message stays out of errors, spans, records and logs', () => {
    const { tracer, memory, log } = startRecording({ recordExceptions: 'type' });
    const context = new TraceContext('req_1');
    const secret = 'the quick brown fox';
    const failing = (): unknown =>
      withTracer(tracer, () =>
        traceSpan(context, 'fail_span', () => {
          throw new RangeError(secret, { cause: new Error(secret) });
        }),
      );
    expect(failing).toThrow(secret);
    expect(context.errors).toEqual(['fail_span: RangeError']);
    const everything = JSON.stringify([context.spans, context.summary(), memory.traces, log.lines]);
    expect(everything).not.toContain(secret);
    expect(spanNamed(only(memory.traces), 'fail_span').exception).toMatchObject({
      type: 'RangeError',
      message: '',
      stack: null,
      cause: { type: 'Error', message: '' },
    });
  });

  it.each([
    ['OpenAI', { text: '' }],
    ['Anthropic', { content: [] }],
  ])('T31 an empty answer of %s that the agent calls an error is one', (_provider, reply) => {
    const { tracer, memory } = startRecording();
    const context = new TraceContext('req_1');
    const ask = (): unknown =>
      withTracer(tracer, () =>
        traceSpan(context, 'llm_call', () => {
          if (!('text' in reply) || reply.text === '') throw new TypeError('empty text in the answer');
          return reply.text;
        }),
      );
    expect(ask).toThrow('empty text');
    expect(context.summary().errorCount).toBe(1);
    expect(only(context.spans).error).toBe('empty text in the answer');
    expect(treesOf(memory)).toBe('llm_call  ERROR: empty text in the answer');
  });
});

describe('T35: a backend that is down', () => {
  /** A port on which nobody listens. */
  async function closedPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = addressOf(server.address());
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  function addressOf(address: AddressInfo | string | null): AddressInfo {
    if (typeof address === 'object' && address !== null) return address;
    throw new Error('no port');
  }

  function post(port: number, trace: TraceRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, method: 'POST' }, () => resolve());
      call.on('error', reject);
      call.end(trace.text());
    });
  }

  it('throws nothing, and end tells of it within 5 s', async () => {
    const port = await closedPort();
    const { tracer, log } = startRecording({ exporter: { export: (trace) => post(port, trace) } });
    const trace = tracer.trace('turn');
    trace.span('step', () => {});
    const begun = performance.now();
    const result = await trace.end();
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(result).toMatchObject({ ok: false, traceId: trace.traceId, error: expect.stringContaining('ECONNREFUSED') });
    expect(await tracer.flush()).toMatchObject({ sent: 0, dropped: 2, pending: 0 });
    expect(log.codes).toEqual(['warn exporter-failed']);
  });
});
