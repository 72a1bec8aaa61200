import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { runChild } from './child.ts';
import { Recording } from './recording.ts';

class Timed<Value> extends Promise<Value> {
  readonly label = 'timed';

  double(): Promise<string> {
    return this.then((value) => `${String(value)}${String(value)}`);
  }
}

describe('a promise', () => {
  it('resolves to what it resolved to, when it did [G21]', async () => {
    const recording = new Recording();
    const answer = { text: 'hello' };
    const { promise, resolve } = Promise.withResolvers<typeof answer>();
    const result = recording.run(() => traced('ask', () => promise)());
    expect(recording.trees).toBe('');
    resolve(answer);
    expect(await result).toBe(answer);
    expect(recording.trees).toBe('ask');
    expect(recording.span('ask').output).toEqual(answer);
  });

  it('is a plain Promise still', async () => {
    const result = new Recording().run(traced(async () => 1));
    expect(Object.getPrototypeOf(result)).toBe(Promise.prototype);
    expect(Object.keys(result)).toEqual([]);
    await result;
  });

  it('rejects with the same object, and the span says why [L10]', async () => {
    const recording = new Recording();
    const error = new RangeError('kaboom');
    const failing = traced('fail', async () => {
      throw error;
    });
    await expect(recording.run(failing)).rejects.toBe(error);
    expect(recording.trees).toBe('fail  ERROR: kaboom');
    expect(recording.span('fail').outcome).toBe('error');
  });

  it('settles at most one microtask later', async () => {
    const measure = async (run: () => Promise<unknown>): Promise<number> => {
      let turns = 0;
      let isSettled = false;
      const done = run().then(() => (isSettled = true));
      while (!isSettled) {
        await Promise.resolve();
        turns += 1;
      }
      await done;
      return turns;
    };
    const bare = async () => 1;
    const bareTurns = await measure(bare);
    const tracedTurns = await new Recording().run(() => measure(traced(bare)));
    expect(tracedTurns - bareTurns).toBeLessThanOrEqual(1);
  });

  it('is the same object where the function did not make it: a cache finds it, and its owner', async () => {
    const recording = new Recording();
    const cache = new Map<string, Promise<string>>();
    const look = traced('look', (key: string) => {
      const found = cache.get(key) ?? Promise.resolve(key);
      cache.set(key, found);
      return found;
    });
    const [first, second] = recording.run(() => [look('a'), look('a')]);
    expect(first).toBe(second);
    expect(first).toBe(cache.get('a'));
    await first;
    expect(recording.trees).toBe('look\nlook');
    expect(recording.exporter.spans.map(({ output }) => output)).toEqual(['a', 'a']);
  });

  it('is the same object for an identity function and a block', async () => {
    const recording = new Recording();
    const promise = Promise.resolve(1);
    expect(recording.run(() => traced('same', (value: unknown) => value)(promise))).toBe(promise);
    expect(recording.tracer.trace('block', () => promise)).toBe(promise);
    await promise;
    expect(recording.trees).toBe('same\nblock');
  });

  it('keeps everything that was hung on it: symbols, what is not enumerable, what comes later', async () => {
    const iterate = Symbol.asyncIterator;
    const bare = Object.defineProperty(Object.assign(Promise.resolve('done'), { [iterate]: () => 'lines' }), 'pid', {
      value: 42,
    });
    const result = new Recording().run(() => traced('run', () => bare)());
    expect(Reflect.ownKeys(result)).toEqual(Reflect.ownKeys(bare));
    void Object.assign(bare, { exitCode: 0 });
    expect(result).toMatchObject({ exitCode: 0 });
    await result;
  });

  it('of an async function that a compiler lowered is followed as that of any other', async () => {
    const lowered = [
      'function f() { return __awaiter(this, void 0, void 0, function* () { throw new Error("lost"); }); }',
      '() => __async(this, null, function* () { throw new Error("lost"); })',
    ];
    const helper = 'const __awaiter = (a, b, c, g) => Promise.reject(new Error("lost")); const __async = __awaiter;';
    for (const source of lowered) {
      const { stdout } = await runChild(unhandled(`eval(${JSON.stringify(`${helper} (${source})`)})`));
      expect(stdout).toBe('unhandled lost\n');
    }
  });

  it('keeps what was hung on it: an abort method, an accessor', async () => {
    const events: string[] = [];
    const start = () =>
      Object.defineProperty(Object.assign(Promise.resolve('done'), { abort: () => events.push('aborted') }), 'id', {
        get: () => 42,
        enumerable: true,
      });
    const result = new Recording().run(traced(start));
    result.abort();
    expect(events).toEqual(['aborted']);
    expect(Reflect.get(result, 'id')).toBe(42);
    expect(await result).toBe('done');
  });

  it('of a subclass is the same object, with its methods', async () => {
    const recording = new Recording();
    const bare = new Timed<number>((resolve) => resolve(21));
    const result = recording.run(() => traced('timed', () => bare)());
    expect(result).toBe(bare);
    expect(result).toBeInstanceOf(Timed);
    expect(result.label).toBe('timed');
    expect(await result.double()).toBe('2121');
    expect(recording.trees).toBe('timed');
    expect(recording.span('timed').output).toBe(21);
  });

  it('of a subclass gives a promise of the subclass from then, catch and finally', async () => {
    const make = () => new Timed<number>((resolve) => resolve(1));
    const result = new Recording().run(traced(make));
    for (const derived of [result.then((value) => value), result.catch(() => 2), result.finally(() => 3)]) {
      expect(derived).toBeInstanceOf(Timed);
      expect(await derived).toBe(1);
    }
  });

  it('of a subclass rejects with the same object, whether caught or awaited', async () => {
    const recording = new Recording();
    const error = new Error('late');
    const fail = traced('fail', () => new Timed<number>((_, reject) => reject(error)));
    await expect(recording.run(fail)).rejects.toBe(error);
    expect(await recording.run(fail).catch((caught: unknown) => caught)).toBe(error);
    expect(recording.trees).toBe('fail  ERROR: late\nfail  ERROR: late');
  });

  it('of another realm is the same object and is followed', async () => {
    const recording = new Recording();
    const bare: unknown = runInNewContext('Promise.resolve(7)');
    const result = recording.run(() => traced('realm', () => bare)());
    expect(result).toBe(bare);
    expect(await result).toBe(7);
    expect(recording.trees).toBe('realm');
  });

  it('of a subclass that is frozen is left alone, and its span ends at return', async () => {
    const recording = new Recording();
    const bare = Object.freeze(new Timed<number>((resolve) => resolve(1)));
    expect(await recording.run(() => traced('frozen', () => bare)())).toBe(1);
    expect(recording.trees).toBe('frozen  [detached]');
  });

  it('works in combinators', async () => {
    const recording = new Recording();
    const one = traced('one', async () => 1);
    const two = traced('two', () => new Timed<number>((resolve) => resolve(2)));
    const results = await recording.run(() =>
      recording.tracer.trace('all', () => Promise.all([one(), two(), Promise.race([one(), two()])])),
    );
    expect(results).toEqual([1, 2, 1]);
    expect(recording.trees).toBe('all\n  one\n  two\n  one\n  two');
  });

  it('nests what runs after an await under its span', async () => {
    const recording = new Recording();
    const leaf = traced('leaf', async () => 'leaf');
    const branch = traced('branch', async (name: string) => {
      await Promise.resolve();
      return (await leaf()) + name;
    });
    await recording.run(() => recording.tracer.trace('root', () => Promise.all([branch('1'), branch('2')])));
    expect(recording.trees).toBe('root\n  branch\n    leaf\n  branch\n    leaf');
  });
});

/** Calls it once, and prints what stays unhandled. */
function unhandled(call: string): string {
  return `
    import { createTracer, InMemoryTraceExporter, traced, withTracer } from 'clew';
    class Sub extends Promise {}
    const fail = traced('fail', ${call});
    process.on('unhandledRejection', (reason, promise) => console.log('unhandled', reason.message));
    withTracer(createTracer({ exporter: new InMemoryTraceExporter() }), () => { fail(); });
  `;
}

describe('a rejection that its owner handles', () => {
  it.each([
    [
      'before it returns the promise',
      `() => { const p = Promise.reject(new Error('logged')); p.catch(() => {}); return p; }`,
    ],
    [
      'and that comes later',
      `() => { const { promise, reject } = Promise.withResolvers(); promise.catch(() => {}); setImmediate(() => reject(new Error('logged'))); return promise; }`,
    ],
  ])('stays handled: %s', async (_, call) => {
    const { stdout, stderr } = await runChild(unhandled(call));
    expect(stderr).toBe('');
    expect(stdout).toBe('');
  });
});

describe('a rejection that nobody handles', () => {
  it.each([
    ['a plain promise', `async () => { throw new Error('lost'); }`],
    ['a subclass', `() => new Sub((_, reject) => reject(new Error('lost')))`],
  ])('stays unhandled: %s', async (_, call) => {
    const { stdout, stderr } = await runChild(unhandled(call));
    expect(stderr).toBe('');
    expect(stdout).toBe('unhandled lost\n');
  });

  it('is reported in the record alone, where the function did not make the promise: the price of the same object', async () => {
    const { stdout } = await runChild(`
      import { createTracer, InMemoryTraceExporter, traced, withTracer } from 'clew';
      const exporter = new InMemoryTraceExporter();
      process.on('unhandledRejection', (reason) => console.log('unhandled', reason.message));
      withTracer(createTracer({ exporter }), () => { traced('fail', () => Promise.reject(new Error('lost')))(); });
      setImmediate(() => console.log(exporter.traces[0].spans[0].error));
    `);
    expect(stdout).toBe('lost\n');
  });

  it.each([
    ['a block of a tracer', `clew.trace('t', async () => { throw new Error('lost'); })`],
    ['a block of a span', `clew.trace('t').span('s', async () => { throw new Error('lost'); })`],
    [
      'a block of a span inside',
      `clew.span('s').generation('g', { model: 'm' }, async () => { throw new Error('lost'); })`,
    ],
  ])('stays unhandled: %s', async (_, call) => {
    const { stdout, stderr } = await runChild(`
      import { createTracer, InMemoryTraceExporter } from 'clew';
      process.on('unhandledRejection', (reason) => console.log('unhandled', reason.message));
      const clew = createTracer({ exporter: new InMemoryTraceExporter() });
      ${call};
    `);
    expect(stderr).toBe('');
    expect(stdout).toBe('unhandled lost\n');
  });

  it('ends the process as it would untraced', async () => {
    const { code, stderr } = await runChild(`
      import { init, InMemoryTraceExporter, traced } from 'clew';
      init({ exporter: new InMemoryTraceExporter() });
      traced('fail', async () => { throw new Error('lost'); })();
    `);
    expect(code).toBe(1);
    expect(stderr).toContain('Error: lost');
  });
});
