import { createTracer, InMemoryTraceExporter, type TracerOptions } from 'clew';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { runProgram } from './programs/program.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { only } from './recording.ts';

const variables = [
  'CLEW_MODE',
  'CLEW_BASE_URL',
  'CLEW_TOKEN',
  'CLEW_DIR',
  'CLEW_SAMPLE_RATE',
  'CLEW_DISABLED',
  'CLEW_LOG_LEVEL',
  'NODE_ENV',
];

beforeEach(() => variables.forEach((name) => vi.stubEnv(name, undefined)));
afterEach(() => vi.unstubAllEnvs());

function start(options: TracerOptions = {}): { isOn: boolean; store: boolean; kept: number; log: RecordingLogger } {
  const log = new RecordingLogger();
  const tracer = createTracer({ logger: log, ...options });
  onTestFinished(() => void tracer.shutdown());
  for (let turn = 0; turn < 50; turn += 1) tracer.trace('run', () => {});
  return {
    isOn: tracer.isRecording,
    store: tracer.store !== undefined,
    kept: tracer.stats().exporters[0]?.sent ?? 0,
    log,
  };
}

describe('the environment', () => {
  it('CLEW_MODE names the mode where the options name neither mode nor exporter', () => {
    vi.stubEnv('CLEW_MODE', 'memory');
    expect(start()).toMatchObject({ isOn: true, store: true, kept: 50 });
    vi.stubEnv('CLEW_MODE', 'off');
    expect(start().isOn).toBe(false);
    expect(start({ mode: 'memory' }).isOn).toBe(true);
    expect(start({ exporter: new InMemoryTraceExporter() }).isOn).toBe(true);
  });

  it('CLEW_SAMPLE_RATE samples where the options say nothing', () => {
    vi.stubEnv('CLEW_SAMPLE_RATE', '0');
    expect(start({ mode: 'memory' }).kept).toBe(0);
    expect(start({ mode: 'memory', sampleRate: 1 }).kept).toBe(50);
  });

  it.each(['1', 'true'])('CLEW_DISABLED=%s turns tracing off, unless the options turn it on', (value) => {
    vi.stubEnv('CLEW_DISABLED', value);
    expect(start({ mode: 'memory' }).isOn).toBe(false);
    expect(start({ mode: 'memory', enabled: true }).isOn).toBe(true);
  });

  it.each(['', '0', 'false'])('CLEW_DISABLED=%j leaves it on', (value) => {
    vi.stubEnv('CLEW_DISABLED', value);
    const { isOn, log } = start({ mode: 'memory' });
    expect([isOn, log.lines]).toEqual([true, []]);
  });

  it.each([
    ['CLEW_MODE', 'nonsense', 'local, dev, prod, memory, console, off'],
    ['CLEW_SAMPLE_RATE', '2', 'a number from 0 to 1'],
    ['CLEW_SAMPLE_RATE', 'half', 'a number from 0 to 1'],
    ['CLEW_SAMPLE_RATE', ' ', 'a number from 0 to 1'],
    ['CLEW_DISABLED', 'yes', '1, true, 0, false'],
    ['CLEW_LOG_LEVEL', 'verbose', 'debug, warn, silent'],
  ])('%s=%s is reported and left out', (name, value, allowed) => {
    vi.stubEnv(name, value);
    const { isOn, kept, log } = start({ mode: 'memory' });
    expect([isOn, kept]).toEqual([true, 50]);
    expect(only(log.lines)).toEqual({
      level: 'warn',
      code: `environment-${name}`,
      message: `clew: ${name} is "${value}"; allowed: ${allowed}. It was left out`,
    });
  });

  it('does not show an address that is none, since it may hold a password', () => {
    vi.stubEnv('CLEW_BASE_URL', 'nonsense');
    const { isOn, log } = start({ mode: 'memory' });
    expect(isOn).toBe(true);
    expect(only(log.lines).message).toBe(
      'clew: CLEW_BASE_URL is a text of 8 characters; allowed: an http or https address. It was left out',
    );
  });

  it('with two wrong values tells of both', () => {
    vi.stubEnv('CLEW_MODE', 'nonsense');
    vi.stubEnv('CLEW_SAMPLE_RATE', '7');
    const { log } = start({ mode: 'memory' });
    expect(log.lines.map(({ message }) => message.split(' ')[1])).toEqual(['CLEW_MODE', 'CLEW_SAMPLE_RATE']);
  });
});

describe('NODE_ENV=production without a mode', () => {
  it('is off, with one warning', () => {
    vi.stubEnv('NODE_ENV', 'production');
    const { isOn, log } = start();
    expect(isOn).toBe(false);
    expect(only(log.lines)).toMatchObject({ level: 'warn', code: 'no-mode' });
  });

  it('is on where a mode or an exporter is named', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(start({ mode: 'memory' })).toMatchObject({ isOn: true, log: { lines: [] } });
    expect(start({ exporter: new InMemoryTraceExporter() })).toMatchObject({ isOn: true, log: { lines: [] } });
  });

  it('is off in a process of its own, which says so on standard error and runs on', async () => {
    const { code, stdout, lines } = await runProgram('production', [], { NODE_ENV: 'production' });
    expect([code, stdout]).toEqual([0, 'hello false\n']);
    expect(only(lines)).toMatchObject({
      level: 40,
      name: 'clew',
      code: 'no-mode',
      msg: 'clew: NODE_ENV is production and neither mode nor exporter is given: tracing is off',
    });
  });
});
