import { describe, expect, it } from 'vitest';
import { generation, span, trace, traced } from 'clew';
import { Recording } from '../call/recording.ts';

const decorators = { trace, span, generation, traced };

describe.each(Object.entries(decorators))('@%s', (name, decorator) => {
  const type = name === 'generation' ? 'generation' : 'span';

  it('works bare, with (), with a name and with options [L55]', () => {
    class Forms {
      @decorator
      bare() {
        return 1;
      }

      @decorator()
      called() {
        return 2;
      }

      @decorator('named')
      byName() {
        return 3;
      }

      @decorator({})
      empty() {
        return 4;
      }

      @decorator({ name: 'optioned', kind: 'tool', metadata: { a: 1 } })
      byOptions() {
        return 5;
      }
    }
    const recording = new Recording();
    const forms = new Forms();
    const results = recording.run(() =>
      recording.tracer.trace('root', () => [
        forms.bare(),
        forms.called(),
        forms.byName(),
        forms.empty(),
        forms.byOptions(),
      ]),
    );
    expect(results).toEqual([1, 2, 3, 4, 5]);
    expect(recording.trees).toBe('root\n  bare\n  called\n  named\n  empty\n  optioned');
    expect(recording.span('bare').type).toBe(type);
    expect(recording.span('optioned')).toMatchObject({ type, kind: 'tool', metadata: { a: 1 } });
  });

  it('stacks: the outer span holds the inner one, whatever the kind', () => {
    class Stacked {
      @decorator('outer')
      @span('middle')
      @decorator('inner')
      work(first: number, second: number) {
        return first + second;
      }
    }
    const recording = new Recording();
    expect(recording.run(() => new Stacked().work(1, 2))).toBe(3);
    expect(recording.trees).toBe('outer\n  middle\n    inner');
    expect(recording.exporter.spans.map(({ input }) => input)).toEqual(Array(3).fill({ first: 1, second: 2 }));
    expect(Stacked.prototype.work.length).toBe(2);
  });
});

describe('@trace', () => {
  class Service {
    @trace({ name: 'outer', session: 'conv_1', userId: 'u1', tags: ['a'], metadata: { plan: 'pro' } })
    outer() {
      return this.inner();
    }

    @trace('inner')
    inner() {
      return 1;
    }

    @trace({ name: 'separate', root: true })
    separate() {
      return this.inner();
    }

    @trace('caller')
    caller() {
      return this.separate();
    }
  }

  it('begins a trace with session, user, tags and metadata; inside one it is a span [G10–G15]', () => {
    const recording = new Recording();
    recording.run(() => new Service().outer());
    expect(recording.trees).toBe('outer\n  inner');
    expect(recording.exporter.traces).toMatchObject([
      { name: 'outer', sessionId: 'conv_1', userId: 'u1', tags: ['a'], metadata: { plan: 'pro' } },
    ]);
  });

  it('gives each call a trace of its own [G12]', () => {
    const recording = new Recording();
    recording.run(() => [new Service().inner(), new Service().inner()]);
    expect(new Set(recording.exporter.traces.map(({ traceId }) => traceId)).size).toBe(2);
  });

  it('begins a trace inside another with root: true', () => {
    const recording = new Recording();
    recording.run(() => new Service().caller());
    expect(recording.trees).toBe('separate\n  inner\ncaller');
  });
});

describe('traced', () => {
  it('wraps a function bare, by name, by options, and in two steps', () => {
    const recording = new Recording();
    function plain(x: number) {
      return x;
    }
    const wrapped = [
      traced(plain),
      traced('named', plain),
      traced({ name: 'optioned', kind: 'tool' }, plain),
      traced('later')(plain),
      traced({ name: 'later-optioned' })(plain),
      traced()(plain),
    ];
    expect(recording.run(() => wrapped.map((each) => each(4)))).toEqual([4, 4, 4, 4, 4, 4]);
    expect(recording.trees).toBe('plain\nnamed\noptioned\nlater\nlater-optioned\nplain');
    expect(recording.span('optioned').kind).toBe('tool');
  });

  it('names a function without a name', () => {
    const recording = new Recording();
    recording.run(
      traced(
        (
          () => () =>
            1
        )(),
      ),
    );
    expect(recording.trees).toBe('anonymous');
  });

  it('copies metadata into each span [L54]', () => {
    const recording = new Recording();
    const metadata = { version: 1 };
    const work = traced({ name: 'work', metadata }, () => 1);
    recording.run(work);
    metadata.version = 2;
    expect(recording.span('work').metadata).toEqual({ version: 1 });
  });

  it('is given to a function by @trace and its like as it is, with a hint', () => {
    const plain = () => 1;
    for (const decorate of [trace, span, generation]) {
      expect(Reflect.apply(decorate, undefined, [plain])).toBe(plain);
      const later: unknown = Reflect.apply(decorate, undefined, ['name']);
      expect(typeof later === 'function' && Reflect.apply(later, undefined, [plain])).toBe(plain);
    }
  });
});
