import type { Span, SpanOptions } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, treeOf } from './recording.ts';
import { call } from './untyped-call.ts';

describe('a wrong call is kept in a sensible form, and told once at debug level', () => {
  it.each<[string, string, (span: Span) => void, object]>([
    [
      'ends twice',
      'end-after-end',
      (span) => {
        span.end({ output: 1 });
        span.end({ output: 2 });
      },
      { output: 1 },
    ],
    [
      'fails after its end',
      'end-after-end',
      (span) => {
        span.end();
        span.fail(new Error('late'));
      },
      { outcome: 'ok' },
    ],
    [
      'is updated after its end',
      'update-after-end',
      (span) => {
        span.end();
        span.update({ output: 1 });
      },
      { output: null },
    ],
    [
      'gets an event after its end',
      'event-after-end',
      (span) => {
        span.end();
        span.event('late');
      },
      { events: [] },
    ],
    [
      'is linked after its end',
      'link-after-end',
      (span) => {
        span.end();
        span.link({ traceId: 'a', spanId: 'b' });
      },
      { links: [] },
    ],
    ['has NaN tokens', 'wrong-usage', (span) => span.end({ usage: { input_tokens: Number.NaN } }), { usage: null }],
    [
      'has negative tokens beside good ones',
      '',
      (span) => span.end({ usage: { inputTokens: -1, outputTokens: 2 } }),
      { usage: { outputTokens: 2 } },
    ],
    ['has a negative cost', 'wrong-costUsd', (span) => span.end({ costUsd: -1 }), { costUsd: null }],
    ['has a cost beyond all money', 'wrong-costUsd', (span) => span.end({ costUsd: 1e308 }), { costUsd: null }],
    ['has an infinite cost', 'wrong-costUsd', (span) => span.end({ costUsd: Infinity }), { costUsd: null }],
    ['has a negative time to first token', 'wrong-ttftMs', (span) => span.end({ ttftMs: -5 }), { ttftMs: null }],
    ['has a wrong level', 'wrong-level', (span) => void call(span, 'end', { level: 'FATAL' }), { level: 'DEFAULT' }],
    [
      'has an event of a wrong level',
      'wrong-level',
      (span) => {
        call(span, 'event', 'x', 1, 'LOUD');
        span.end();
      },
      { events: [{ name: 'x', level: 'DEFAULT' }] },
    ],
    [
      'has an event without a name',
      'wrong-name',
      (span) => {
        span.event('');
        span.end();
      },
      { events: [{ name: '(unnamed)' }] },
    ],
    [
      'is renamed to nothing',
      'wrong-name',
      (span) => {
        span.update({ name: '' });
        span.end();
      },
      { name: '(unnamed)' },
    ],
    [
      'is half a try',
      'wrong-attempt',
      (span) => {
        span.update({ attempt: 0.5 });
        span.end();
      },
      { attempt: 1 },
    ],
    [
      'has a wrong kind',
      'wrong-kind',
      (span) => {
        call(span, 'update', { kind: 'wizard' });
        span.end();
      },
      { kind: 'custom' },
    ],
    [
      'has metadata that is no object',
      'wrong-metadata',
      (span) => void call(span, 'end', { metadata: 'x' }),
      { metadata: { value: 'x' } },
    ],
    [
      'has metadata that is a list',
      'wrong-metadata',
      (span) => void call(span, 'end', { metadata: [1] }),
      { metadata: { value: [1] } },
    ],
    ['has metadata null', '', (span) => void call(span, 'end', { metadata: null }), { metadata: {} }],
    ['ends with null', '', (span) => void call(span, 'end', null), { outcome: 'ok' }],
    ['finishes with null', '', (span) => void call(span, 'finish', null), { outcome: 'ok' }],
    [
      'is updated with nothing',
      '',
      (span) => {
        call(span, 'update');
        call(span, 'update', null);
        span.end();
      },
      { outcome: 'ok' },
    ],
    [
      'is linked to nothing',
      'wrong-link',
      (span) => {
        call(span, 'link');
        call(span, 'link', {});
        span.end();
      },
      { links: [] },
    ],
    [
      'has a model that is no text',
      '',
      (span) => void call(span, 'end', { model: 5, provider: {} }),
      { model: null, provider: null },
    ],
  ])('a span that %s', (_what, code, use, expected) => {
    const { tracer, memory, log } = startRecording();
    for (let time = 0; time < 2; time += 1) {
      memory.clear();
      use(tracer.span('step'));
    }
    expect(only(only(memory.traces).spans)).toMatchObject(expected);
    expect(JSON.parse(only(memory.traces).text())).toMatchObject({ v: 1 });
    expect(log.codes).toEqual(code === '' ? [] : [`debug ${code}`]);
  });

  it('a type that is none', () => {
    const { tracer, memory } = startRecording();
    const options: SpanOptions = Object({ type: 'x","spans":[],"y":"' });
    tracer.span('step', options).end();
    expect(only(only(memory.traces).spans).type).toBe('span');
    expect(JSON.parse(only(memory.traces).text())).toMatchObject({ spans: [{ name: 'step', type: 'span' }] });
  });
});

describe('work under a span that has ended', () => {
  it('amends its trace, and is told once at debug level where it is a child', () => {
    const { tracer, memory, log } = startRecording();
    const trace = tracer.trace('turn');
    const step = trace.span('step');
    step.end();
    step.span('child of the ended').end();
    step.span('another', () => {});
    void trace.end();
    trace.span('after the root').end();
    expect(treeOf(only(memory.traces))).toBe(`\
turn
  step
    child of the ended
    another
  after the root`);
    expect(log.codes).toEqual(['debug child-of-ended']);
    expect(spanNamed(only(memory.traces), 'after the root').outcome).toBe('ok');
  });
});
