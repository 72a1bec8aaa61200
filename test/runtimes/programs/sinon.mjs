// Fake timers that are there before clew is, or come later; both times clew's deadlines come all the same.
import FakeTimers from '@sinonjs/fake-timers';
import { createRequire } from 'node:module';

const [when = '', how = ''] = process.argv.slice(2);
const realNow = process.hrtime.bigint;
let clock = when === 'before' ? FakeTimers.install() : undefined;
const { createTracer } = how === 'require' ? createRequire(import.meta.url)('clew') : await import('clew');
clock ??= FakeTimers.install();

const never = () => new Promise(() => {});
const clew = createTracer({ exporter: { export: never, flush: never, shutdown: never }, lateSpanMs: 20 });
const began = realNow();
clew.trace('run', () => 1);
const flushed = await clew.flush({ timeoutMs: 30 });
const ended = await clew.trace('open').end();
const closed = await clew.shutdown({ timeoutMs: 30 });
const ms = Number(realNow() - began) / 1e6;
clock.uninstall();
console.log(
  JSON.stringify({ pending: [flushed.pending, closed.pending], ended: ended.ok, isInTime: ms > 5_000 && ms < 8_000 }),
);
