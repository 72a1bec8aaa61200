import { ConsoleTraceExporter, createTracer, type ConsoleOptions, type Tracer } from 'clew';
import { afterEach, describe, expect, it, vi } from 'vitest';

const escape = '\u001b';

/** Takes away the sequences that clew itself paints with, and no other. */
function withoutColour(text: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences are what it is about
  return text.replaceAll(/\u001b\[(1|22|90|39|33|31|35)m/g, '');
}

interface Printed {
  readonly tracer: Tracer;
  text(): string;
}

function setUp(options: Omit<ConsoleOptions, 'stream'> = {}, isTTY = false): Printed {
  let text = '';
  const stream = { isTTY, write: (part: string) => (text += part) };
  const tracer = createTracer({ exporter: new ConsoleTraceExporter({ stream, ...options }) });
  return { tracer, text: () => text };
}

/** A trace of spans that took exactly as long as they say. */
function traceWith(tracer: Tracer, runId = 'run-42'): string {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const trace = tracer.trace('agent.run', { runId });
  const llm = trace.generation('llm.complete');
  now += 130;
  llm.end();
  const tool = trace.span('tool.fetch');
  now += 12;
  tool.end();
  void trace.end();
  return trace.traceId;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('The console', () => {
  it('shows a trace as seed 002 does: a header and a tree with durations', () => {
    const { tracer, text } = setUp();
    const traceId = traceWith(tracer);
    expect(text()).toBe(
      `\n[Trace ${traceId.slice(0, 8)}] run_id=run-42\nagent.run  [142ms]\n  llm.complete  [130ms]\n  tool.fetch  [12ms]\n`,
    );
  });

  it('shows what failed and why', () => {
    const { tracer, text } = setUp();
    const trace = tracer.trace('agent.run');
    trace.span('tool.fetch').fail(new Error('no route\nat line 2'));
    void trace.end();
    expect(text()).toMatch(/^ {2}tool\.fetch {2}\[\d+ms\] {2}ERROR: no route$/m);
  });

  it('shows spans that ended later under the same trace', async () => {
    const { tracer, text } = setUp();
    const trace = tracer.trace('agent.run', { runId: 'r' });
    const late = trace.span('late');
    void trace.end();
    await tracer.flush();
    late.end();
    expect(text()).toContain(`[Trace ${trace.traceId.slice(0, 8)}] run_id=r (spans that ended later)\nlate  [`);
  });

  it('shows what nobody ended', async () => {
    const { tracer, text } = setUp();
    tracer.trace('agent.run').span('tool.fetch');
    await tracer.shutdown();
    expect(text()).toMatch(/agent\.run {2}\[\d+ms\] {2}\[no-end\]\n {2}tool\.fetch {2}\[\d+ms\] {2}\[no-end\]\n$/);
  });

  it('writes to standard output unless told otherwise', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    createTracer({ mode: 'console' }).trace('agent.run', () => 1);
    expect(write).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('agent.run'));
  });
});

describe('A generation on the console', () => {
  const answer = { text: 'ok', usage: { prompt_tokens: 1_000, completion_tokens: 20 } };
  const line = (text: string, name: string): string | undefined =>
    text.split('\n').find((candidate) => candidate.trim().startsWith(`${name}  `));

  it('shows model, tokens and cost, and which attempt it was if not the first', () => {
    const { tracer, text } = setUp();
    tracer.trace('agent.run', (trace) => {
      trace.generation('ask', { model: 'gpt-4.1-mini' }).end({ output: answer });
      trace.generation('again', { model: 'gpt-4.1-mini', attempt: 2 }).end({ output: answer });
    });
    expect(line(text(), 'ask')).toMatch(/^ {2}ask {2}\[\d+ms\] {2}gpt-4\.1-mini {2}1000 → 20 tokens {2}\$0\.00043$/);
    expect(line(text(), 'again')).toMatch(/tokens {2}\$0\.00043 {2}attempt 2$/);
    expect(line(text(), 'agent.run')).toMatch(/^agent\.run {2}\[\d+ms\]$/);
  });

  it('says what has no price, and what is not known', () => {
    const { tracer, text } = setUp();
    tracer.trace('agent.run', (trace) => {
      trace.generation('own', { model: 'our-own-7b' }).end({ output: answer });
      trace.generation('half', { model: 'our-own-7b' }).end({ usage: { output_tokens: 5 } });
      trace.generation('none', { model: 'our-own-7b' }).end();
    });
    expect(line(text(), 'own')).toMatch(/our-own-7b {2}1000 → 20 tokens {2}unpriced$/);
    expect(line(text(), 'half')).toMatch(/our-own-7b {2}\? → 5 tokens {2}unpriced$/);
    expect(line(text(), 'none')).toMatch(/\] {2}our-own-7b$/);
  });

  it('shows a failure after what it used', () => {
    const { tracer, text } = setUp();
    tracer.trace('agent.run', (trace) => {
      trace.generation('ask', { model: 'gpt-4.1-mini' }).fail(new Error('overloaded'));
    });
    expect(line(text(), 'ask')).toMatch(/\] {2}gpt-4\.1-mini {2}ERROR: overloaded$/);
  });

  it('leaves out usage that repeats what is below it', () => {
    const { tracer, text } = setUp();
    tracer.trace('agent.run', (trace) => {
      const outer = trace.generation('steps', { model: 'gpt-4.1-mini' });
      outer.generation('step', { model: 'gpt-4.1-mini' }).end({ output: answer });
      outer.end({ output: answer });
    });
    expect(line(text(), 'steps')).toMatch(/\] {2}gpt-4\.1-mini$/);
    expect(line(text(), 'step')).toMatch(/tokens {2}\$0\.00043$/);
  });
});

describe('Inputs and outputs on the console', () => {
  function ask(tracer: Tracer): void {
    tracer.trace('agent.run', { input: { ticket: 7 } }, (trace) => {
      trace
        .span('search', { input: { query: 'a\nb', apiKey: 'hunter2', mail: 'ada@example.com' } })
        .end({ output: ['c'] });
      return 'done';
    });
  }

  it('are shown on request, masked, one line of JSON each', () => {
    const { tracer, text } = setUp({ content: true });
    ask(tracer);
    const lines = text()
      .replaceAll(/ {2}\[\d+ms\]/g, '')
      .split('\n')
      .slice(2, -1);
    expect(lines).toEqual([
      'agent.run',
      '  input:  {"ticket":7}',
      '  output: "done"',
      '  search',
      expect.stringMatching(/^ {4}input: {2}\{"query":"a\\nb","apiKey":"[^"]*","mail":"[^"]*"\}$/),
      '    output: ["c"]',
    ]);
    expect(text()).not.toMatch(/hunter2|ada@example/);
    for (const line of lines.filter((candidate) => candidate.includes('put: '))) {
      expect((): unknown => JSON.parse(line.replace(/^ *(?:in|out)put: +/, ''))).not.toThrow();
    }
  });

  it('are not shown otherwise', () => {
    const { tracer, text } = setUp();
    ask(tracer);
    expect(text()).not.toMatch(/input:|ticket|done/);
  });

  it.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['', false],
    [undefined, false],
  ])('are shown in mode console if CLEW_CONSOLE_CONTENT says so: %j', (value, isShown) => {
    vi.stubEnv('CLEW_CONSOLE_CONTENT', value);
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    ask(createTracer({ mode: 'console' }));
    expect(String(write.mock.calls[0]?.[0]).includes('input:  {"ticket":7}')).toBe(isShown);
  });

  it('obey the option before the environment', () => {
    vi.stubEnv('CLEW_CONSOLE_CONTENT', '1');
    const { tracer, text } = setUp({ content: false });
    ask(tracer);
    expect(text()).not.toContain('input:');
  });

  it('hold nothing that a terminal obeys, and are the same JSON still', () => {
    const hostile = `${escape}[2J\u009b31m\u202egnp.exe\u2028\u007f\r`;
    const { tracer, text } = setUp({ content: true });
    tracer.trace('agent.run', { input: hostile }, () => hostile);
    // eslint-disable-next-line no-control-regex -- control characters are what it is about
    expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/);
    const shown = text()
      .split('\n')
      .find((line) => line.includes('output:'));
    expect(JSON.parse(shown?.replace(/^ *output: /, '') ?? '')).toBe(hostile);
  });
});

describe('Colour on the console', () => {
  it('is grey for durations, yellow from one second, and red for errors', () => {
    const { tracer, text } = setUp({ color: true });
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const trace = tracer.trace('agent.run');
    trace.span('quick').end();
    const slow = trace.span('slow');
    now += 1000;
    slow.fail('too slow');
    trace.span('open');
    void trace.end();
    void tracer.shutdown();
    expect(text()).toContain(`quick  ${escape}[90m[0ms]${escape}[39m`);
    expect(text()).toContain(`slow  ${escape}[33m[1000ms]${escape}[39m  ${escape}[31mERROR: too slow${escape}[39m`);
    expect(text()).toContain(`${escape}[35m[no-end]${escape}[39m`);
    expect(text()).toContain(`${escape}[1m[Trace ${trace.traceId.slice(0, 8)}]${escape}[22m`);
  });

  it('says no more than plain text does', () => {
    const [plain, painted] = [setUp({ color: false }), setUp({ color: true })];
    const ids = [traceWith(plain.tracer), traceWith(painted.tracer)];
    const stripped = withoutColour(painted.text());
    expect(stripped.replace(ids[1]?.slice(0, 8) ?? '', '')).toBe(plain.text().replace(ids[0]?.slice(0, 8) ?? '', ''));
  });

  it.each([
    ['a terminal', true, undefined, true],
    ['no terminal', false, undefined, false],
    ['a terminal with NO_COLOR', true, '1', false],
    ['a terminal with an empty NO_COLOR, which counts as none', true, '', true],
  ])('is chosen by itself: %s', (_where, isTTY, noColor, isPainted) => {
    vi.stubEnv('NO_COLOR', noColor);
    const { tracer, text } = setUp({}, isTTY);
    traceWith(tracer);
    expect(text().includes(escape)).toBe(isPainted);
  });
});

describe('Hostile names on the console', () => {
  const hostile = `${escape}[2J${escape}]0;title\u0007\u009b31m\r\u202egnp.exe\u2028\u0000\u007f`;

  it.each([true, false])('emit no escape sequence, colour %s', (color) => {
    const { tracer, text } = setUp({ color });
    const trace = tracer.trace(`name${hostile}`, { runId: `run${hostile}` });
    trace.span(`child${hostile}`).fail(new Error(`message${hostile}`));
    void trace.end();
    const own = withoutColour(text());
    // eslint-disable-next-line no-control-regex -- control characters are what it is about
    expect(own).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/);
    expect(own.trimEnd().split('\n')).toHaveLength(4);
  });
});
