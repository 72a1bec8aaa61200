import { createTracer, InMemoryTraceExporter, type TraceRecord } from 'clew';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const awkward = [
  'quote " and \\ backslash',
  'line\nbreak\r\n',
  '\u2028\u2029',
  '\0\u001f\u007f',
  '😀',
  '\ud800',
  'a\udfffb',
  '</script>',
  "'",
  '{"a":1}',
  ' ',
];
const text = fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }));

interface Texts {
  readonly name: string;
  readonly words: string;
  readonly tag: string;
}

/** A trace that says the given texts wherever a text can be said. */
function traceOf({ name, words, tag }: Texts): TraceRecord {
  const exporter = new InMemoryTraceExporter();
  const tracer = createTracer({
    exporter,
    masker: false,
    name: words,
    version: words,
    environment: words,
    tenantId: words,
  });
  const root = tracer.trace(name, {
    userId: words,
    session: { id: words, name: words },
    runId: words,
    tags: [tag],
    metadata: { [words]: words },
    input: words,
  });
  root.event(name, words);
  const child = root.generation(name, {
    model: words,
    provider: words,
    responseId: words,
    toolCalls: [words],
    modelParameters: { [words]: words },
  });
  child.link({ traceId: words, spanId: tag });
  child.end({ output: words, statusMessage: words, error: new Error(words, { cause: words }) });
  void root.end({ output: words, level: 'WARNING', statusMessage: words });
  const [trace] = exporter.traces;
  if (trace === undefined) throw new Error('nothing was recorded');
  return trace;
}

/** What JSON can carry of a text, which is all of it but half a character: strict readers refuse that. */
function assertSaid(trace: TraceRecord, texts: Texts): void {
  const [name, words, tag] = [texts.name.toWellFormed(), texts.words.toWellFormed(), texts.tag.toWellFormed()];
  const wire: unknown = JSON.parse(trace.text());
  const { spans } = trace.toJSON();
  expect(wire).toEqual(trace.toJSON());
  expect(wire).toMatchObject({
    name,
    service: words,
    version: words,
    environment: words,
    tenant_id: words,
    run_id: words,
    user_id: words,
    session_id: words,
    session_name: words,
    tags: [tag],
    metadata: { [words]: words },
    input: words,
    output: words,
    status_message: words,
  });
  expect(spans).toMatchObject([
    { name, events: [{ name, input: words }] },
    {
      name,
      model: words,
      provider: words,
      response_id: words,
      error: words,
      status_message: words,
      output: words,
      tool_calls: [words],
      model_parameters: { [words]: words },
      exception: {
        message: words,
        cause: { message: words },
      },
      links: [
        {
          trace_id: words,
          span_id: tag,
        },
      ],
    },
  ]);
}

describe('wire text', () => {
  it.each(awkward)('escapes %j wherever it stands', (words) => {
    const texts = { name: words, words, tag: words };
    const trace = traceOf(texts);
    assertSaid(trace, texts);
    // oxlint-disable-next-line no-control-regex -- control characters are what it is about
    expect(trace.text()).not.toMatch(/[\u0000-\u001f]/);
    expect(trace.text().isWellFormed()).toBe(true);
  });

  it('parses to what was said, whatever it was', () => {
    fc.assert(
      fc.property(fc.record({ name: text, words: text, tag: text }), (texts) => {
        // A user's own `$clew` is written as `$$clew`; that has tests of its own.
        fc.pre(!/^\$+clew$/.test(texts.words) && texts.words !== '__proto__');
        const trace = traceOf(texts);
        assertSaid(trace, texts);
        expect(trace.text().isWellFormed()).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same when a text is said a second time', () => {
    const texts = { name: 'tool:"x"', words: 'w\\', tag: 't' };
    const [first, second] = [traceOf(texts), traceOf(texts)];
    assertSaid(first, texts);
    assertSaid(second, texts);
    expect(second.spans[0]?.name).toBe(first.spans[0]?.name);
  });

  it('takes numbers that JSON has not for nothing', () => {
    const exporter = new InMemoryTraceExporter();
    const span = createTracer({ exporter }).generation('g');
    span.update({ costUsd: Number.NaN, ttftMs: Number.POSITIVE_INFINITY, attempt: Number.NaN });
    span.end({ costUsd: -1, usage: { inputTokens: 1e21, outputTokens: 2 ** 53 - 1 } });
    expect(exporter.traces[0]?.rootSpan?.toJSON()).toMatchObject({
      cost_usd: null,
      ttft_ms: null,
      attempt: 1,
      usage: { output_tokens: 9007199254740991 },
    });
  });
});
