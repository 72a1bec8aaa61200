import { createContext, runInContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { captured, passThrough } from './recording.ts';

describe('objects of the web platform', () => {
  it('Headers, URLSearchParams and FormData are names and values, with secrets masked by name', () => {
    const form = new FormData();
    form.append('field', 'one');
    form.append('field', 'two');
    form.set('password', 'hunter2');
    form.set('file', new File(['abc'], 'notes.txt', { type: 'text/plain', lastModified: 5 }));
    const file = { $clew: 'file', name: 'notes.txt', size: 3, type: 'text/plain', lastModified: 5 };
    const value = {
      headers: new Headers({ 'x-request-id': 'req-1', authorization: 'Bearer abc' }),
      query: new URLSearchParams('q=one&q=two&token=abc'),
      form,
    };
    expect(captured(value)).toEqual({
      headers: { $clew: 'headers', entries: { 'x-request-id': 'req-1', authorization: '[masked]' } },
      query: { $clew: 'url-search-params', entries: { q: ['one', 'two'], token: '[masked]' } },
      form: { $clew: 'form-data', entries: { field: ['one', 'two'], password: '[masked]', file } },
    });
  });

  it('a Request and a Response keep their bodies, locked or not', async () => {
    const request = new Request('https://api.example.com/v1', {
      method: 'POST',
      body: 'asked',
      headers: { cookie: 'a=b' },
    });
    const response = new Response('answered', { status: 503, statusText: 'Busy' });
    const locked = new Response('held');
    const reader = locked.body?.getReader();
    const { span } = passThrough({ request, response, locked });
    expect(span.output).toMatchObject({
      request: { $clew: 'request', method: 'POST', url: 'https://api.example.com/v1', bodyUsed: false },
      response: { $clew: 'response', status: 503, statusText: 'Busy', bodyUsed: false },
      locked: { $clew: 'response', status: 200 },
    });
    expect(span.outputText).toContain('"cookie":"[masked]"');
    expect(await request.text()).toBe('asked');
    expect(await response.text()).toBe('answered');
    expect(await reader?.read()).toMatchObject({ done: false });
  });

  it('streams, signals and events say what they are', () => {
    const stream = new ReadableStream({ pull: vi.fn<() => void>() }, { highWaterMark: 0 });
    const value = {
      stream,
      signal: AbortSignal.abort(new Error('stop')),
      event: new CustomEvent('order', { detail: { id: 1 } }),
      blob: new Blob(['abcd'], { type: 'image/png' }),
    };
    expect(captured(value)).toEqual({
      stream: { $clew: 'readable-stream', locked: false },
      signal: { $clew: 'abort-signal', aborted: true, reason: { $clew: 'error', name: 'Error', message: 'stop' } },
      event: { $clew: 'custom-event', type: 'order', detail: { id: 1 } },
      blob: { $clew: 'blob', size: 4, type: 'image/png' },
    });
    expect(stream.locked).toBe(false);
  });

  it('a subclass is read by the getters of the platform, never by its own', () => {
    const run = vi.fn<() => string>(() => 'lazy');
    class OwnRequest extends Request {}
    Object.defineProperty(OwnRequest.prototype, 'url', { get: run });
    expect(captured(new OwnRequest('https://example.com/'))).toMatchObject({ url: 'https://example.com/' });
    expect(run).not.toHaveBeenCalled();
  });

  it('what only has the name of one is read like any other object', () => {
    const named = (name: string) => Object.defineProperty(class {}, 'name', { value: name });
    for (const name of ['Event', 'Request', 'Response', 'File', 'Headers']) {
      const value: object = Object.assign(Reflect.construct(named(name), []), { type: 'order', id: 1 });
      expect(captured(value)).toEqual({ type: 'order', id: 1 });
    }
    const pretender: object = Object.create(Response.prototype);
    expect(captured({ pretender, rest: 1 })).toMatchObject({ pretender: { $clew: 'response' }, rest: 1 });
  });

  it('with hundreds of names keep the first and say how many are missing', () => {
    const query = new URLSearchParams(
      Array.from({ length: 500 }, (_, index): [string, string] => [`name${index}`, 'x']),
    );
    expect(captured(query)).toMatchObject({ entries: { name0: 'x', name199: 'x', $clew: 'keys', omitted: 300 } });
  });

  it('of a library that has its own classes are known by tag and members', () => {
    class Headers {
      readonly #all = new Map([['x-id', '7']]);
      get [Symbol.toStringTag](): string {
        return 'Headers';
      }
      get(name: string): string | undefined {
        return this.#all.get(name);
      }
      has(name: string): boolean {
        return this.#all.has(name);
      }
      entries(): Iterable<[string, string]> {
        return this.#all.entries();
      }
    }
    expect(captured(new Headers())).toEqual({ $clew: 'headers', entries: { 'x-id': '7' } });
  });
});

describe('values of another realm', () => {
  const realm = createContext({});

  it.each<[string, string, unknown]>([
    ['plain objects', '({ a: { b: [1, {}] }, empty: {} })', { a: { b: [1, {}] }, empty: {} }],
    ['arrays', '[1, [2, null]]', [1, [2, null]]],
    ['a Map', 'new Map([["a", { b: 1 }]])', { $clew: 'map', entries: [['a', { b: 1 }]] }],
    ['a Set', 'new Set([1])', { $clew: 'set', values: [1] }],
    ['a Date', 'new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['an error', 'new TypeError("no")', { $clew: 'error', name: 'TypeError', message: 'no' }],
    ['an error that inherits', 'Object.create(Error.prototype)', { $clew: 'error', name: 'Error', message: '' }],
    ['a regular expression', '/a+/g', '/a+/g'],
    ['a boxed number', 'Object(5)', 5],
    ['a class instance', 'class P { constructor() { this.x = 1; } }; new P()', { x: 1 }],
    ['bytes', 'new Uint8Array(3)', { $clew: 'bytes', type: 'Uint8Array', bytes: 3 }],
    ['a promise', 'Promise.resolve(1)', { $clew: 'promise' }],
    ['a getter', '({ get a() { return 1; } })', { a: { $clew: 'getter' } }],
    ['a masked text', '({ mail: "ada@example.com", password: "x" })', { mail: '[email]', password: '[masked]' }],
  ])('%s are read like ours', (_, source, expected) => {
    expect(captured({ value: runInContext(source, realm) })).toEqual({ value: expected });
  });
});

describe('keys that JavaScript uses itself', () => {
  const source =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":2},"toString":"x","hasOwnProperty":"y","toJSON":3,"":4}';

  it.each<[string, object]>([
    ['nothing', {}],
    ['a secret', { password: 'x' }],
    ['a date', { at: new Date(0) }],
    ['a getter', Object.defineProperty({}, 'lazy', { enumerable: true, get: () => 1 })],
  ])('are kept as data beside %s', (_, beside) => {
    const value: unknown = JSON.parse(source);
    const { outputText } = passThrough([value, beside]).span;
    expect(outputText?.startsWith(`[${source},`)).toBe(true);
    const inOne = Object.defineProperties(Object(JSON.parse(source)), Object.getOwnPropertyDescriptors(beside));
    expect(passThrough(inOne).span.outputText?.startsWith(source.slice(0, -1))).toBe(true);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('half a character', () => {
  const half = '\ud83d';

  it('leaves as the character that stands for one that cannot be read', () => {
    const value = { [`key${half}`]: `text${half}`, list: [half, new Map([[half, half]])], error: new Error(half) };
    const { span } = passThrough(value);
    expect(span.outputText?.isWellFormed()).toBe(true);
    expect(span.outputText).not.toMatch(/\\ud[89a-f]/);
    expect(span.output).toMatchObject({ 'key\ufffd': 'text\ufffd' });
  });

  it('is not looked for in what only spells an escape', () => {
    const text = String.raw`{"a":"\ud83d\ude00"} and \ud83d`;
    expect(captured([text, '😀'])).toEqual([text, '😀']);
  });
});
