// Node's own test runner, with its own fake timers.
import { createTracer, traced, withTracer } from 'clew';
import assert from 'node:assert/strict';
import test, { mock } from 'node:test';

test('deadlines come while the timers are held', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] });
  const never = () => new Promise(() => {});
  const clew = createTracer({ exporter: { export: never }, logger: { debug: () => {}, warn: () => {} } });
  withTracer(clew, () => traced('run', () => 1)());
  assert.equal((await clew.flush({ timeoutMs: 20 })).pending, 1);
  assert.equal((await clew.shutdown({ timeoutMs: 20 })).pending, 1);
  mock.timers.reset();
});
