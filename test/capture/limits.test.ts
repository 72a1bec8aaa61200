import { describe, expect, it } from 'vitest';
import { captured, record, recordOutput } from './recording.ts';

describe('limits', () => {
  it('are 64 KiB for a value: below it, all is kept', () => {
    const value = Array.from({ length: 6 }, (_, index) => ({ index, text: 'ten bytes '.repeat(1_000) }));
    expect(captured(value)).toEqual(value);
    expect(captured([...value, 1n])).toEqual([...value, { $clew: 'bigint', value: '1' }]);
  });

  it('are 64 KiB for a value: above it, the longest strings are cut first', () => {
    const value = { id: 'order-7', parts: Array.from({ length: 12 }, () => 'ten bytes '.repeat(1_000)), end: 'kept' };
    const span = recordOutput(value);
    expect(Buffer.byteLength(span.outputText ?? '')).toBeLessThanOrEqual(65_536);
    expect(span.output).toMatchObject({ id: 'order-7', end: 'kept' });
    expect(span.outputText).toContain('"$clew":"truncated","bytes":10000');
  });

  it('are 256 KiB for a span', () => {
    const text = 'ten bytes '.repeat(1_600);
    const value = [text, text, text];
    const { span } = record((tracer) => {
      const root = tracer.span('root', { input: value });
      for (let index = 0; index < 20; index += 1) root.event(`event ${index}`, value);
      root.end({ output: value });
    });
    expect(span.text().length).toBeLessThan(262_144 + 10_000);
    expect(span.input).toEqual(value);
    expect(span.output).toMatchObject({ $clew: 'truncated', reason: 'span budget' });
    expect(span.events).toHaveLength(20);
  });

  it('of a value can be set in bytes', () => {
    const value = { text: 'é '.repeat(10_000) };
    for (const valueBytes of [200, 1_000, 5_000]) {
      const text = recordOutput(value, { limits: { valueBytes } }).outputText ?? '';
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(valueBytes);
      expect(text).toContain('$clew');
    }
  });

  it('of a string can be set', () => {
    expect(captured('one two three four', { limits: { stringLength: 10 } })).toEqual({
      $clew: 'truncated',
      bytes: 18,
      text: 'one two ',
    });
  });

  it('of a string keep one that is exactly as long', () => {
    expect(captured('one two three', { limits: { stringLength: 13 } })).toBe('one two three');
  });

  it.each(['\t', '\n', '\v', '\f', '\r', ' ', '\u00a0', '\u3000'])('cut a string behind %j', (space) => {
    const text = `one${space}twothree`;
    expect(captured(text, { limits: { stringLength: 9 } })).toMatchObject({ text: `one${space}` });
  });

  it('keep nothing of a string that may be half a secret, and its beginning when it is longer than any', () => {
    expect(captured('x'.repeat(100), { limits: { stringLength: 50 } })).toEqual({
      $clew: 'truncated',
      bytes: 100,
      text: '',
    });
    expect(captured('x'.repeat(20_000), { limits: { stringLength: 10_000 } })).toMatchObject({
      text: 'x'.repeat(1_808),
    });
  });

  it.each([10_000, 10_001])('never cut a character in two (%i)', (stringLength) => {
    expect(captured('😀'.repeat(10_000), { limits: { stringLength } })).toMatchObject({ text: '😀'.repeat(904) });
  });

  it('of arrays can be set, and hold for Map and Set', () => {
    const limits = { arrayHead: 2, arrayTail: 1 };
    expect(captured([0, 1, 2, 3, 4], { limits })).toEqual([0, 1, { $clew: 'items', omitted: 2 }, 4]);
    expect(captured([0, 1, 2], { limits })).toEqual([0, 1, 2]);
    expect(captured(new Set([0, 1, 2, 3, 4]), { limits })).toEqual({
      $clew: 'set',
      values: [0, 1, 2, { $clew: 'items', omitted: 2 }],
    });
    const wide = { arrayHead: 300, arrayTail: 300 };
    const map = new Map(Array.from({ length: 500 }, (_, index) => [index, index]));
    expect(captured(map, { limits: wide })).toEqual({ $clew: 'map', entries: [...map] });
  });

  it('of depth can be set', () => {
    expect(captured({ a: { b: { c: 1 } }, list: [[[1]]] }, { limits: { depth: 2 } })).toEqual({
      a: { b: { $clew: 'depth', type: 'Object' } },
      list: [{ $clew: 'depth', type: 'Array' }],
    });
    const deep = { a: { b: { c: { d: { e: { f: { g: { h: { i: { j: { k: 1 } } } } } } } } } } };
    expect(captured(deep)).toEqual(deep);
  });

  it('of a span can be set', () => {
    const { span } = record((tracer) => tracer.span('s', { input: 'x'.repeat(80) }).end({ output: 'y'.repeat(80) }), {
      limits: { spanBytes: 100 },
    });
    expect(span.input).toBe('x'.repeat(80));
    expect(span.output).toEqual({ $clew: 'truncated', bytes: 82, reason: 'span budget' });
  });

  it('count a nested text once, however deep it stands', () => {
    const value = {
      a: { b: { c: { d: { e: { f: { g: { text: 'ten bytes '.repeat(1_500), forced: 1n } } } } } } },
      after: { kept: 1 },
    };
    expect(captured(value)).toMatchObject({ after: { kept: 1 } });
    expect(recordOutput(value).outputText).not.toContain('budget');
  });

  it('keep every key of an object that fits, whatever stands beside them', () => {
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`key${index}`, index]));
    expect(captured({ many })).toEqual({ many });
    expect(captured({ many, at: new Date(0) })).toEqual({ many, at: '1970-01-01T00:00:00.000Z' });
    expect(captured({ many, mail: 'ada@example.com' })).toEqual({ many, mail: '[email]' });
  });

  it('keep what is undefined from counting', () => {
    const empty = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, undefined]));
    expect(captured({ ...empty, kept: 1 })).toEqual({ kept: 1 });
  });
});

describe('a conversation', () => {
  const words = 'Please check the state of the order and tell the customer when it will arrive, thank you. ';
  const conversation = (count: number, beside: (index: number) => object = () => ({})): object => ({
    model: 'gpt-4.1',
    messages: [
      ...Array.from({ length: count }, (_, index) => ({
        role: 'user',
        content: `${index} ${words.repeat(8)}`,
        ...beside(index),
      })),
      { role: 'user', content: `THE LAST QUESTION ${words.repeat(8)}END` },
    ],
    stream: true,
  });

  it.each<[string, (index: number) => object]>([
    ['nothing else', () => ({})],
    ['a date in each message', () => ({ at: new Date(0) })],
    ['a telephone number in each message', (index) => ({ phone: `+49 30 90182${index}` })],
    [
      'an instance of a class in each message',
      () => ({
        by: new (class User {
          readonly id = 'u1';
        })(),
      }),
    ],
    ['a Map in each message', (index) => ({ seen: new Map([['at', index]]) })],
    ['a number that JSON has not in each message', () => ({ score: Number.NaN })],
  ])('that fits is whole, with %s', (_, beside) => {
    const text = recordOutput(conversation(60, beside)).outputText ?? '';
    expect(text.length).toBeGreaterThan(40_000);
    expect(text).not.toMatch(/"\$clew":"(?:truncated|items|keys|budget)"/);
    expect(text.match(/"role":"user"/g)).toHaveLength(61);
  });

  it.each([100, 199, 1_000, 5_000])('of %i messages that does not fit keeps its last question whole', (count) => {
    for (const beside of [() => ({}), () => ({ at: new Date(0) })]) {
      const { outputText } = recordOutput(conversation(count, beside));
      expect(outputText).toContain('THE LAST QUESTION');
      expect(outputText).toContain('END"');
      expect(Buffer.byteLength(outputText ?? '')).toBeLessThanOrEqual(65_536);
    }
  });

  it('with a long instruction keeps all that is short, and most of its room', () => {
    const value = {
      system: 'long words '.repeat(10_000),
      pages: ['page '.repeat(3_200), 'page '.repeat(3_200)],
      ask: 'short',
    };
    const limits = { stringLength: 100_000, valueBytes: 30_000 };
    const text = recordOutput(value, { limits }).outputText ?? '';
    expect(text).toContain('"ask":"short"');
    expect(text.length).toBeGreaterThan(25_000);
  });

  it('in a script of three bytes a character fills its room too', () => {
    const text =
      recordOutput({ list: Array.from({ length: 20 }, () => '我想改一下明天的预约，'.repeat(1_000)) }).outputText ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    expect(Buffer.byteLength(text)).toBeGreaterThan(40_000);
  });

  it('is the same text each time', () => {
    const value = conversation(500, () => ({ at: new Date(0), mail: 'ada@example.com' }));
    const texts = new Set(Array.from({ length: 5 }, () => recordOutput(value).outputText));
    expect(texts.size).toBe(1);
  });
});

describe('where a string is cut', () => {
  const limits = { stringLength: 40 };

  it('the last run of non-space characters goes too, so that no half of a secret stays', () => {
    const text = `The key of the service is sk-proj-Ab12Cd34Ef56Gh78Ij90 and more`;
    expect(captured(text, { limits })).toEqual({
      $clew: 'truncated',
      bytes: Buffer.byteLength(text),
      text: 'The key of the service is ',
    });
  });

  it('a string without a space goes whole, unless it is longer than any key', () => {
    expect(captured('x'.repeat(50), { limits })).toMatchObject({ text: '' });
    expect(captured('x'.repeat(20_000))).toMatchObject({ text: 'x'.repeat(16_384 - 8_192) });
  });

  it.each([
    ['Chinese', '我想改一下明天的预约，'],
    ['Japanese', '予約を変更したいのですが、'],
    ['Thai', 'ฉันต้องการเปลี่ยนการนัดหมาย'],
  ])('a text in %s, which is written without spaces, keeps what has room', (_language, sentence) => {
    const text = sentence.repeat(10);
    expect(captured(text, { limits })).toMatchObject({ text: text.slice(0, 40) });
    expect(captured(`${sentence}sk-proj-${'Ab12Cd34'.repeat(8)}`, { limits })).toMatchObject({ text: sentence });
  });

  it('no half of a character stays', () => {
    const text =
      recordOutput(`${'a'.repeat(30)} ${'😀'.repeat(20)}`, { limits: { stringLength: 34 } }).outputText ?? '';
    expect(text.isWellFormed()).toBe(true);
    expect(text).not.toMatch(/\\ud[89a-f]/i);
  });
});
