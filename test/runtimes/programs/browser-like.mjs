// A test file for Jest and Vitest alike, in an environment that looks like a browser; each has `test` and `expect`.
const { createTracer, FileTraceExporter, HttpTraceExporter, init, traced, withTracer } = clewDoors.index;
const { withTraces } = clewDoors.testing;

const count = async function* count(to) {
  for (let n = 1; n <= to; n += 1) yield n;
};

test('every kind of work is traced', async () => {
  const clew = createTracer({ mode: 'memory' });
  const result = await withTracer(clew, async () => {
    const numbers = [];
    for await (const n of traced(count)(2)) numbers.push(n);
    const failing = traced('failing', async () => {
      throw new TypeError('no');
    });
    const caught = await failing().catch((error) => error instanceof TypeError && error.message);
    await traced('later', () => new Promise((resolve) => setTimeout(resolve, 1)))();
    return [...numbers, caught, traced('now', (n) => n)(3)];
  });
  expect(result).toEqual([1, 2, 'no', 3]);
  const [memory] = clew.exporters;
  expect(memory.traces.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['count', 'ok'],
    ['failing', 'error'],
    ['later', 'ok'],
    ['now', 'ok'],
  ]);
  expect(await clew.trace('by hand').end()).toMatchObject({ ok: true });
  expect(await clew.shutdown()).toMatchObject({ pending: 0, dropped: 0 });
  expect(clew.stats().reports).toEqual({});
});

test('values of the browser are recorded, and work on them goes on', async () => {
  const clew = createTracer({ mode: 'memory' });
  const echo = traced('echo', (value) => value);
  const values = [new Event('click'), new URL('https://example.com/'), new Headers({ a: '1' }), document.body, window];
  for (const value of values) expect(withTracer(clew, () => echo(value))).toBe(value);
  expect(clew.exporters[0].traces).toHaveLength(values.length);
  expect(clew.stats().reports).not.toHaveProperty('own-failure');
});

test('traces are written and given up on in time', async () => {
  const logger = { debug: () => {}, warn: () => {} };
  const nobody = new HttpTraceExporter({ baseUrl: 'http://127.0.0.1:9' });
  const clew = createTracer({ exporters: [new FileTraceExporter(tracesFile), nobody], logger });
  withTracer(clew, () => traced('run', () => 1)());
  expect(await clew.flush({ timeoutMs: 50 })).toMatchObject({ sent: 1 });
  expect(await clew.shutdown({ timeoutMs: 50 })).toMatchObject({ sent: 1 });
});

test('local mode keeps traces', async () => {
  const clew = init({ name: 'tests' });
  traced('run', () => 1)();
  expect(await clew.flush()).toMatchObject({ sent: 1, pending: 0 });
  await clew.shutdown();
});

test(
  'tests have traces of their own',
  withTraces(async (traces) => {
    traced('mine', () => 1)();
    expect(traces.only.name).toBe('mine');
  }),
);
