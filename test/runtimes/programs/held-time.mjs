// A test file for Jest and Vitest alike: with time held still, clew's deadlines come all the same.
const { createTracer, traced, withTracer } = clewDoors.index;

const logger = { debug: () => {}, warn: () => {} };
const never = () => new Promise(() => {});
const hanging = { export: never, flush: never, shutdown: never };
const patient = { traces: [], export: (trace) => void patient.traces.push(trace) };

beforeEach(() => fakes.useFakeTimers());
afterEach(() => fakes.useRealTimers());

test('flush and shutdown answer at their deadline', async () => {
  const clew = createTracer({ exporter: hanging, logger });
  withTracer(clew, () => traced('run', () => 1)());
  expect(await clew.flush({ timeoutMs: 20 })).toMatchObject({ pending: 1 });
  expect(await clew.shutdown({ timeoutMs: 20 })).toMatchObject({ pending: 1 });
});

test('the end of a trace answers once late spans were waited for', async () => {
  const clew = createTracer({ exporter: patient, lateSpanMs: 20, logger });
  const trace = clew.trace('run');
  trace.span('left open');
  expect(await trace.end()).toMatchObject({ ok: true, exported: true });
  expect(patient.traces).toHaveLength(1);
});

test('the program keeps the time that it holds', async () => {
  const clew = createTracer({ mode: 'memory' });
  fakes.setSystemTime(new Date('2020-02-20T20:20:20Z'));
  withTracer(clew, () => traced('run', () => 1)());
  expect(clew.exporters[0].traces[0].startTime).toMatch(/^2020-02-20T20:20:20/);
});
