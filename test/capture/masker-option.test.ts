import { describe, expect, it, vi } from 'vitest';
import type { RecordMask, TracerOptions } from 'clew';
import { captured, parse, record } from './recording.ts';

const key = 'sk-proj-Ab12Cd34Ef56Gh78';
const silent = { warn: () => undefined, debug: () => undefined };

describe('masker: false', () => {
  it('leaves everything as it is', () => {
    const value = { password: 'hunter22', note: `${key} jane@example.com`, 'a@b.com': 1n };
    expect(captured(value, { masker: false })).toEqual({ ...value, 'a@b.com': { $clew: 'bigint', value: '1' } });
  });
});

describe('masker with rules', () => {
  it('hides more keys beside the default ones [V94]', () => {
    const masker = { keys: ['internal_id', 'Room'] };
    const value = {
      internalId: 'x1',
      'INTERNAL-ID': 2,
      room: 'b',
      rooms: 'c',
      password: 'd',
      text: '{"internal_id":"x2"}',
    };
    expect(captured(value, { masker })).toEqual({
      internalId: '[masked]',
      'INTERNAL-ID': '[masked]',
      room: '[masked]',
      rooms: 'c',
      password: '[masked]',
      text: '{"internal_id":"[masked]"}',
    });
  });

  it('masks more shapes beside the default ones [V94, V114]', () => {
    const masker = {
      patterns: [
        /CUST-\d+/,
        { name: 'iban', pattern: /\bDE\d{20}\b/g, accept: (match: string) => match !== `DE${'0'.repeat(20)}` },
      ],
    };
    const text = `CUST-12 and CUST-13 paid from DE${'1'.repeat(20)}, not DE${'0'.repeat(20)}; jane@example.com`;
    expect(captured({ text }, { masker })).toEqual({
      text: `[masked] and [masked] paid from [iban], not DE${'0'.repeat(20)}; [email]`,
    });
  });

  it('masks short texts and keys with its own patterns', () => {
    expect(captured({ ab: 'ab', list: ['cab'] }, { masker: { patterns: [/ab/] } })).toEqual({
      '[masked]': '[masked]',
      list: ['c[masked]'],
    });
  });

  it('turns user and session ids into stable pseudonyms, and no other ids [C16]', () => {
    const idsWith = (pseudonymize: boolean | string, name = 'a'): readonly unknown[] => {
      const { trace } = record(
        (tracer) => void tracer.trace('t', { userId: 'jane', session: 's-1', runId: 'run-1' }).end(),
        { name, masker: { pseudonymize } },
      );
      expect(trace.runId).toBe('run-1');
      return [trace.userId, trace.sessionId];
    };
    const [user, session] = idsWith('pepper');
    expect(user).toMatch(/^[0-9a-f]{32}$/);
    expect(session).toMatch(/^[0-9a-f]{32}$/);
    expect(idsWith('pepper', 'b')).toEqual([user, session]);
    expect(idsWith('salt')).not.toContain(user);
    expect(idsWith(true)).toEqual(idsWith(true));
    expect(idsWith(false)).toEqual(['jane', 's-1']);
  });
});

describe('masker as a function', () => {
  function traceWith(masker: RecordMask, options: TracerOptions = {}): ReturnType<typeof record> {
    return record(
      (tracer) => {
        const root = tracer.trace('root', {
          input: 'rumpel',
          userId: 'rumpel',
          tags: ['rumpel'],
          metadata: { who: 'rumpel' },
        });
        root.event('rumpel', { rumpel: 1 });
        root
          .span('child', { modelParameters: { stop: 'rumpel' } })
          .fail(new Error('rumpel', { cause: new Error('rumpel') }));
        void root.end({ output: 'rumpel', model: 'gpt-4.1' });
      },
      { masker, logger: silent, ...options },
    );
  }

  it('is given every span and the head of the trace as wire data, and what it returns is kept', () => {
    const given: Record<string, unknown>[] = [];
    const { trace } = traceWith((entry) => {
      given.push(structuredClone(entry));
      const masked: Record<string, unknown> = JSON.parse(JSON.stringify(entry).replaceAll('rumpel', 'xxx'));
      return masked;
    });
    expect(given.filter((entry) => 'span_id' in entry)).toHaveLength(2);
    expect(given.filter((entry) => !('span_id' in entry) && 'trace_id' in entry).length).toBeGreaterThan(0);
    expect(trace.text()).not.toContain('rumpel');
    expect(trace).toMatchObject({
      input: 'xxx',
      output: 'xxx',
      userId: 'xxx',
      tags: ['xxx'],
      metadata: { who: 'xxx' },
    });
    expect(trace.rootSpan?.events).toMatchObject([{ name: 'xxx', input: { xxx: 1 } }]);
  });

  function failingTrace(masker: NonNullable<TracerOptions['masker']>): Record<string, unknown> {
    const { span } = record(
      (tracer) => {
        const root = tracer.generation('root', { input: 'q', metadata: { a: 1 }, modelParameters: { stop: 'b' } });
        root.event('one', { n: 1 });
        root.event('two');
        const error = new AggregateError([new Error('first'), new TypeError('second')], 'both', {
          cause: new Error('deep', { cause: new Error('deeper') }),
        });
        root.fail(error);
      },
      { masker, logger: silent },
    );
    const { span_id: _, start_time: __, started_at: ___, ended_at: ____, duration_ms: _____, ...rest } = span.toJSON();
    const plain: Record<string, unknown> = JSON.parse(
      JSON.stringify(rest, (key, value: unknown) => (key === 'stack' || key === 'time' ? '…' : value)),
    );
    return plain;
  }

  it('changes nothing where it returns what it was given', () => {
    expect(failingTrace((entry) => entry)).toEqual(failingTrace({}));
    expect(failingTrace((entry) => entry)).toMatchObject({
      status_message: 'both',
      error: 'both',
      metadata: { a: 1 },
      model_parameters: { stop: 'b' },
      events: [{ name: 'one', input: { n: 1 } }, { name: 'two' }],
    });
  });

  it('reaches the causes of an exception and the errors it collects', () => {
    const masked = failingTrace((entry) => {
      const changed: Record<string, unknown> = JSON.parse(
        JSON.stringify(entry).replaceAll(/first|deeper|both/g, 'xxx'),
      );
      return changed;
    });
    expect(masked).toMatchObject({
      status_message: 'xxx',
      error: 'xxx',
      exception: {
        type: 'AggregateError',
        message: 'xxx',
        cause: { message: 'deep', cause: { message: 'xxx' } },
        errors: [{ message: 'xxx' }, { type: 'TypeError', message: 'second' }],
      },
    });
  });

  it('drops what it leaves out', () => {
    const bare = failingTrace(({ span_id }) => ({ span_id }));
    expect(bare).toMatchObject({
      name: '[masked]',
      input: null,
      output: null,
      metadata: {},
      status_message: null,
      error: null,
      exception: null,
      events: [],
      model_parameters: null,
      tool_calls: [],
      level: 'ERROR',
    });
    const parts = failingTrace((entry) => ({ ...entry, events: [{}, 'no event'], exception: { errors: [{}] } }));
    expect(parts).toMatchObject({
      events: [{ name: '[masked]', input: null }],
      exception: { message: '[masked]', stack: '…', cause: null, errors: [{ message: '[masked]' }] },
    });
  });

  it('may leave out what a trace is called and whose it is', () => {
    const { trace } = traceWith((entry) => ('span_id' in entry ? entry : {}));
    expect([trace.name, trace.userId, trace.sessionId, trace.sessionName, trace.tags, trace.metadata]).toEqual([
      '[masked]',
      null,
      null,
      null,
      [],
      {},
    ]);
    expect(traceWith((entry) => entry).trace).toMatchObject({
      name: 'root',
      userId: 'rumpel',
      tags: ['rumpel'],
      metadata: { who: 'rumpel' },
    });
  });

  it('cannot change ids, times and outcomes', () => {
    const { trace } = traceWith((entry) => ({
      ...entry,
      span_id: 'x',
      trace_id: 'y',
      duration_ms: -1,
      outcome: 'ok',
      level: 'DEBUG',
    }));
    expect(trace.spans.map(({ outcome }) => outcome)).toEqual(['ok', 'error']);
    expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(trace.errorCount).toBe(1);
  });

  it.each<[string, RecordMask]>([
    [
      'throws',
      () => {
        throw new Error('masker is broken');
      },
    ],
    // @ts-expect-error -- what a plain JavaScript program may return
    ['returns nothing', () => undefined],
    // @ts-expect-error -- what a plain JavaScript program may return
    ['returns a text', () => 'nonsense'],
    // @ts-expect-error -- what a plain JavaScript program may return
    ['returns a list', () => []],
    [
      'returns a Proxy that throws',
      () =>
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('no');
            },
          },
        ),
    ],
    [
      'returns what cannot be written',
      (entry) => ({
        ...entry,
        name: 5,
        input: 1n,
        metadata: { n: 1n },
        output: {
          toJSON: () => {
            throw new Error('no');
          },
        },
      }),
    ],
  ])('that %s costs the content, not the record and not the call', (_, masker) => {
    const { trace } = traceWith(masker);
    expect(trace.text()).not.toContain('rumpel');
    expect(trace.spans).toHaveLength(2);
    expect(trace.errorCount).toBe(1);
    expect(() => parse(trace.text())).not.toThrow();
  });

  it('that throws is reported once', () => {
    const logger = { warn: vi.fn<(...line: unknown[]) => void>(), debug: vi.fn<() => void>() };
    traceWith(
      () => {
        throw new Error('masker is broken');
      },
      { logger },
    );
    expect(logger.warn.mock.calls).toEqual([
      [expect.objectContaining({ code: 'masker-failed' }), 'clew: the masker failed; the content was left out'],
    ]);
  });

  it('sees what the default rules have masked already', () => {
    const seen: unknown[] = [];
    record((tracer) => tracer.span('s').end({ output: key }), {
      masker: (entry) => (seen.push(entry['output']), entry),
    });
    expect(seen).toContain('[secret]');
    expect(seen).not.toContain(key);
  });
});
