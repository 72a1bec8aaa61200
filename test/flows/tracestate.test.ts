import { type TraceOptions, traced, withTracer } from 'clew';
import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startRecording } from './recording.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${spanId}-01`;

/** What goes on to other services of what came in. */
function passedOn(tracestate: TraceOptions['tracestate'], flags = '01', isRecorded = true): string {
  const { tracer } = startRecording({ keepErrors: isRecorded });
  return tracer.trace('server', { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate }, (trace) =>
    trace.span('call', (span) => {
      expect(span.tracestate).toBe(trace.tracestate);
      return span.tracestate;
    }),
  );
}

describe('tracestate', () => {
  it('tells the threshold of a trace that begins here, and of one that is not kept tells nothing', () => {
    const at = (sampleRate: number): string => {
      const { tracer } = startRecording({ sampleRate });
      return tracer.trace('run', (trace) => trace.tracestate);
    };
    expect(at(1)).toBe('ot=th:0');
    expect(['', 'ot=th:8']).toContain(at(0.5));
    expect(at(0)).toBe('');
  });

  it('is the same for the trace, its spans, and those found in the context', async () => {
    const { tracer } = startRecording();
    const step = traced('step', async () => tracer.activeSpan()?.tracestate);
    const states = await withTracer(tracer, () =>
      tracer.trace('run', { traceparent, tracestate: 'a=1,ot=th:8' }, async (trace) => [
        trace.tracestate,
        trace.span('call').tracestate,
        await step(),
      ]),
    );
    expect(states).toEqual(['ot=th:8,a=1', 'ot=th:8,a=1', 'ot=th:8,a=1']);
  });

  it.each([
    ['nothing', '', ''],
    ['others alone, in their order', 'b=2,a=1', 'b=2,a=1'],
    ['the threshold first', 'b=2,ot=th:8,a=1', 'ot=th:8,b=2,a=1'],
    ['the random bits', 'ot=rv:ffffffffffffff', 'ot=rv:ffffffffffffff'],
    ['what else OpenTelemetry says', 'ot=p:8;th:8;r:62', 'ot=th:8;p:8;r:62'],
    ['no threshold that the flag cannot come from', 'ot=th:f,a=1', 'a=1'],
    ['no threshold that is none', 'ot=th:xyz;rv:12', ''],
    ['entries of tenants, and every character that is allowed', 't1@v=a b!#$%&,x-y_z*/1=~', 't1@v=a b!#$%&,x-y_z*/1=~'],
    ['no space around entries', ' a=1 ,\tb=2 ', 'a=1,b=2'],
    ['no entry that the standard calls invalid', 'A=1,=2,b,,c=é,d=1=2,e=,f=3', 'f=3'],
    ['of two entries with one key the first', 'a=1,b=2,a=3', 'a=1,b=2'],
  ])('passes on %s', (_, header, expected) => {
    expect(passedOn(header)).toBe(expected);
  });

  it('of a trace that is not kept passes on the random bits and the others, and no threshold', () => {
    for (const isRecorded of [true, false]) {
      expect(passedOn('a=1,ot=th:8;rv:ffffffffffffff', '00', isRecorded)).toBe('ot=rv:ffffffffffffff,a=1');
    }
  });

  it('takes several headers as one', () => {
    expect(passedOn(['a=1', 'ot=th:8,b=2'])).toBe('ot=th:8,a=1,b=2');
  });

  it('has at most 32 entries: the last of the others go', () => {
    const many = Array.from({ length: 40 }, (_, index) => `k${index}=v`);
    expect(passedOn(many.join(',')).split(',')).toEqual(many.slice(0, 32));
    const withOwn = passedOn([...many.slice(0, 31), 'ot=th:8', ...many.slice(31)].join(','));
    expect(withOwn.split(',')).toEqual(['ot=th:8', ...many.slice(0, 31)]);
  });

  it('has at most 512 characters: long entries go first, then the last ones', () => {
    const long = `long=${'x'.repeat(200)}`;
    const short = Array.from({ length: 10 }, (_, index) => `k${index}=${'y'.repeat(40)}`);
    expect(passedOn([long, ...short, 'ot=th:8'].join(','))).toBe(['ot=th:8', ...short].join(','));
    const many = Array.from({ length: 20 }, (_, index) => `k${index + 10}=${'y'.repeat(40)}`);
    expect(passedOn(many.join(','))).toBe(many.slice(0, 11).join(','));
  });

  it('is left out without a valid traceparent', () => {
    const { tracer } = startRecording();
    for (const header of [undefined, 'nonsense']) {
      const options = { tracestate: 'a=1', ...(header !== undefined && { traceparent: header }) };
      expect(tracer.trace('run', options, (trace) => trace.tracestate)).toBe('ot=th:0');
    }
  });

  it('whatever it is, neither throws nor keeps a call from being recorded', () => {
    const hostile: unknown[] = [
      null,
      7,
      {},
      [null, Symbol('s')],
      new Proxy([], {
        get() {
          throw new Error('mine');
        },
      }),
      'x'.repeat(1_000_000),
      `a=1${' '.repeat(16_000)}`,
    ];
    for (const tracestate of hostile) {
      const { tracer, memory } = startRecording();
      // A program without types may pass anything.
      const options: TraceOptions = { traceparent };
      Object.defineProperty(options, 'tracestate', { value: tracestate, enumerable: true });
      expect(tracer.trace('server', options, () => 42)).toBe(42);
      expect(memory.traces.map((trace) => trace.traceId)).toEqual([traceId]);
    }
  });

  it('is always within the limits, and stays as it is when it goes through one more service', () => {
    const part = oneof(string(), constantFrom('ot', 'a', '=', ',', ';', 'th:8', 'rv:ffffffffffffff', 'k=v', 't@v=1'));
    assert(
      property(array(part, { maxLength: 60 }), (parts) => {
        const once = passedOn(parts.join(''));
        expect(once.length).toBeLessThanOrEqual(512);
        expect(once.split(',').length).toBeLessThanOrEqual(32);
        expect(passedOn(once)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });
});
