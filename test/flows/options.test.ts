import { inspect } from 'node:util';
import {
  ClewConfigError,
  createTracer,
  FileTraceExporter,
  HttpTraceExporter,
  init,
  SqliteTraceExporter,
  type Tracer,
  type TracerOptions,
} from 'clew';
import { VoiceClient } from 'clew/voice';
import { assert, constantFrom, oneof, property, anything, double, integer, string } from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllEnvs());

/** Options as a program without types would pass them. */
function untyped(options: unknown): TracerOptions {
  const parsed: TracerOptions = Object(options);
  return parsed;
}

function isTracer(made: unknown): made is Tracer {
  return made instanceof Object && 'shutdown' in made;
}

/** What init says to options that it must not take. */
function complaintAbout(options: unknown): ClewConfigError {
  try {
    init(untyped(options));
  } catch (error) {
    if (error instanceof ClewConfigError) return error;
    throw error;
  }
  throw new Error('init took it');
}

describe('init with a wrong option names the option, what came, and what is allowed', () => {
  it.each<[string, unknown, string]>([
    ['name', '', '"name" is ""; allowed: a text that is not empty'],
    ['name', 5, '"name" is 5; allowed: a text that is not empty'],
    ['version', {}, '"version" is an object; allowed: a text that is not empty'],
    ['environment', [], '"environment" is an array; allowed: a text that is not empty'],
    ['enabled', 'yes', '"enabled" is "yes"; allowed: true or false'],
    ['exporter', {}, '"exporter" is an object; allowed: an object with a function export(trace)'],
    ['exporters', [], '"exporters" is an array; allowed: a list of exporters'],
    ['exporters', [{}], '"exporters" is an array; allowed: a list of exporters'],
    ['session', '', '"session" is ""; allowed: an id, or an object with a text id'],
    ['session', { name: 'x' }, '"session" is an object; allowed: an id, or an object with a text id'],
    ['tags', 'prod', '"tags" is a text of 4 characters; allowed: a list of texts'],
    ['tags', ['prod', 5], '"tags" is an array; allowed: a list of texts'],
    ['metadata', 'x', '"metadata" is a text of 1 character; allowed: an object'],
    ['tenantId', Number.NaN, '"tenantId" is NaN; allowed: a number or a text'],
    ['runId', '', '"runId" is ""; allowed: a text that is not empty'],
    ['sampleRate', 2, '"sampleRate" is 2; allowed: a number from 0 to 1'],
    ['sampleRate', '0.5', '"sampleRate" is "0.5"; allowed: a number from 0 to 1'],
    ['keepErrors', 1, '"keepErrors" is 1; allowed: true or false'],
    ['keepSlowerThanMs', -1, '"keepSlowerThanMs" is -1; allowed: a number of 0 or more'],
    ['keepCostlierThanUsd', null, '"keepCostlierThanUsd" is null; allowed: a number of 0 or more'],
    ['sampler', 0.5, '"sampler" is 0.5; allowed: a function'],
    ['includeInputs', 'no', '"includeInputs" is "no"; allowed: true or false'],
    ['includeOutputs', 0, '"includeOutputs" is 0; allowed: true or false'],
    ['recordExceptions', 'none', `"recordExceptions" is "none"; allowed: 'full' or 'type'`],
    ['masker', true, '"masker" is true; allowed: false, rules {keys, patterns, pseudonymize}, or a function'],
    [
      'masker',
      { key: [] },
      '"masker" is an object; allowed: false, rules {keys, patterns, pseudonymize}, or a function',
    ],
    ['limits', { depth: 0 }, '"limits" is an object; allowed: an object of numbers above 0'],
    ['limits', { deepness: 5 }, '"limits" is an object; allowed: an object of numbers above 0'],
    ['limits', [], '"limits" is an array; allowed: an object of numbers above 0'],
    ['lateSpanMs', -5, '"lateSpanMs" is -5; allowed: a number from 0 to 2147483647'],
    ['lateSpanMs', Infinity, '"lateSpanMs" is Infinity; allowed: a number from 0 to 2147483647'],
    ['flushIntervalMs', 0, '"flushIntervalMs" is 0; allowed: a number of milliseconds from 1 to 2147483647'],
    ['flushThreshold', 0.5, '"flushThreshold" is 0.5; allowed: a whole number from 1'],
    ['baseUrl', '', '"baseUrl" is ""; allowed: a text that is not empty'],
    ['handleSignals', 'yes', '"handleSignals" is "yes"; allowed: true or false'],
    ['limits', { queueSpans: -1 }, '"limits" is an object; allowed: an object of numbers above 0'],
    ['store', {}, '"store" is an object; allowed: a TraceStore'],
    [
      'logger',
      () => {},
      '"logger" is a function; allowed: an object with functions warn and debug, such as a pino logger',
    ],
  ])('%s: %j', (option, value, message) => {
    const complaint = complaintAbout({ mode: 'memory', [option]: value });
    expect(complaint.option).toBe(option);
    expect(complaint.message).toBe(`clew: option ${message}.`);
  });

  it('a mode that does not exist', () => {
    expect(complaintAbout({ mode: 'cloud' }).message).toBe(
      'clew: option "mode" is "cloud"; allowed: one of local, dev, prod, memory, console, off.',
    );
  });

  it('mode prod without an address, or without a token [G4, G6, G7, G30]', () => {
    vi.stubEnv('CLEW_BASE_URL', undefined);
    vi.stubEnv('CLEW_TOKEN', undefined);
    expect(complaintAbout({ mode: 'prod', token: 'clew_test' }).message).toBe(
      'clew: option "baseUrl" is undefined; allowed: the address of your server: mode prod has no default.',
    );
    for (const mode of ['dev', 'prod']) {
      expect(complaintAbout({ mode, baseUrl: 'https://traces.example.com' }).message).toBe(
        'clew: option "token" is undefined; allowed: a text: it is required to send to traces.example.com.',
      );
    }
  });

  it('a wrong token, without telling what it is', () => {
    expect(complaintAbout({ mode: 'dev', token: 12345 }).message).toBe(
      'clew: option "token" is a number; allowed: a text that is not empty.',
    );
  });

  it('an option that does not exist, with those that do', () => {
    const complaint = complaintAbout({ mode: 'memory', smapleRate: 0.5 });
    expect(complaint.option).toBe('smapleRate');
    expect(complaint.message).toContain('no such option; there are name, version,');
  });

  it('exporter and exporters together', () => {
    const exporter = { export: () => {} };
    expect(complaintAbout({ exporter, exporters: [exporter] }).message).toContain(
      'either exporter or exporters, not both',
    );
  });

  it.each([null, 5, 'memory'])('options that are %j', (options) => {
    // @ts-expect-error -- what a program without types may do
    expect(() => createTracer(options)).toThrow(ClewConfigError);
  });
});

describe('what is thrown for a wrong option shows no secret', () => {
  const secret = 'sk-live-0123456789abcdef-that-nobody-may-see';
  const inside = { headers: { authorization: `Bearer ${secret}` }, list: [secret] };
  const somewhere = ['name', 'mode', 'tokn', 'headers', 'exporter', 'masker', 'prices', 'limits', 'tags', 'metadata'];
  const elsewhere = [
    'session',
    'store',
    'logger',
    'sampler',
    'enabled',
    'sampleRate',
    'lateSpanMs',
    'recordExceptions',
  ];

  /** Everything a log could print of it. */
  function printed(make: () => unknown): string {
    try {
      make();
    } catch (error) {
      if (error instanceof ClewConfigError) return `${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`;
      throw error;
    }
    throw new Error('it was taken');
  }

  it.each([...somewhere, ...elsewhere])('%s', (option) => {
    const values = [secret, inside, [secret], Symbol(secret), () => secret, new Map([[secret, secret]])];
    const refused = values
      .map((value) => ({ mode: 'memory', [option]: value }))
      .filter((options) => attempt(options) instanceof ClewConfigError)
      .map((options) => printed(() => init(untyped(options))));
    expect(refused).not.toEqual([]);
    for (const message of refused) expect(message).not.toContain('0123456789');
  });

  it('the value of an option that does not exist, whatever it is', () => {
    for (const value of [secret, 'hunter2', 4711, 4711n, { pin: 4711 }]) {
      expect(complaintAbout({ mode: 'memory', tokn: value }).message).not.toMatch(/sk-live|hunter2|4711/);
    }
    expect(complaintAbout({ tokn: 'hunter2' }).message).toContain('"tokn" is a text of 7 characters; allowed: no such');
    expect(complaintAbout({ pin: 4711 }).message).toContain('"pin" is a number; allowed: no such');
  });

  it('options that are a text', () => {
    // @ts-expect-error -- what a program without types may do
    expect(printed(() => init(secret))).toContain('"options" is a text of');
  });

  it.each<[string, () => unknown]>([
    // @ts-expect-error -- what a program without types may do
    ['the token of HTTP', () => new HttpTraceExporter({ token: [secret] })],
    ['an address', () => new HttpTraceExporter({ baseUrl: secret, token: 'x' })],
    ['an address with a password', () => new HttpTraceExporter({ baseUrl: `https://u:${secret}@h`, token: 'x' })],
    ['an address with a query', () => new HttpTraceExporter({ baseUrl: `https://h/?key=${secret}`, token: 'x' })],
    // @ts-expect-error -- what a program without types may do
    ['a number of HTTP', () => new HttpTraceExporter({ timeoutMs: secret })],
    // @ts-expect-error -- what a program without types may do
    ['a path', () => new FileTraceExporter({ token: secret })],
    // @ts-expect-error -- what a program without types may do
    ['a number of a file', () => new FileTraceExporter('x', { maxBytes: secret })],
    // @ts-expect-error -- what a program without types may do
    ['a number of SQLite', () => new SqliteTraceExporter('x', { maxDays: secret })],
    // @ts-expect-error -- what a program without types may do
    ['the key of recordings where its object belongs', () => new VoiceClient({ audio: secret })],
    ['the key of recordings', () => new VoiceClient({ audio: { key: secret } })],
  ])('%s', (_name, make) => {
    expect(printed(make)).not.toContain('0123456789');
  });

  it('what the environment says', () => {
    const warn = vi.fn<(details: object, message: string) => void>();
    vi.stubEnv('CLEW_BASE_URL', `u:${secret}@h ost`);
    vi.stubEnv('CLEW_SAMPLE_RATE', secret);
    createTracer({ mode: 'memory', logger: { warn, debug: () => {} } });
    const said = JSON.stringify(warn.mock.calls);
    expect(said).toContain('CLEW_SAMPLE_RATE is a text of 44 characters');
    expect(said).not.toContain('0123456789');
  });
});

const optionNames = constantFrom(
  ...'name version environment enabled mode exporter exporters session tags metadata tenantId runId'.split(' '),
  ...'sampleRate keepErrors keepSlowerThanMs keepCostlierThanUsd sampler includeInputs includeOutputs'.split(' '),
  ...'recordExceptions masker limits lateSpanMs store logger nonsense'.split(' '),
);

/** The tracer, or what was thrown in its place. */
function attempt(options: unknown): unknown {
  try {
    return createTracer(untyped(options));
  } catch (error) {
    return error;
  }
}

it('whatever an option is, init works or throws a ClewConfigError that names it', async () => {
  const taken: Promise<unknown>[] = [];
  assert(
    property(optionNames, oneof(anything(), string(), double(), integer()), (option, value) => {
      const made = attempt({ mode: 'memory', [option]: value });
      if (made instanceof ClewConfigError) return made.option === option;
      if (!isTracer(made)) return false;
      const answer = made.trace('run', (trace) => trace.span('step', () => 42));
      taken.push(made.shutdown());
      return answer === 42;
    }),
    { numRuns: 500 },
  );
  await Promise.all(taken);
  expect(taken.length).toBeGreaterThan(0);
});

it('an option that is undefined is one that is not given', async () => {
  const tracer = createTracer(untyped({ mode: 'memory', name: undefined, sampleRate: undefined, masker: undefined }));
  tracer.trace('run', () => {});
  expect((await tracer.store?.last(1))?.[0]?.service.name).toBe('agent');
  await tracer.shutdown();
});
