import { currentTrace, trace, type TraceRecord, TraceStore, traced, withTracer } from 'clew';
import { assert, constantFrom, property, string, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, treesOf } from './recording.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('who a trace is', () => {
  it('has its trace id for a run, unless a run is named by the tracer, or by itself', () => {
    const plain = startRecording();
    plain.tracer.trace('alone', () => {});
    expect(only(plain.memory.traces).runId).toBe(only(plain.memory.traces).traceId);
    const { tracer, memory } = startRecording({ runId: 'nightly' });
    tracer.trace('theirs', () => {});
    tracer.trace('own', { runId: 'run-42' }, () => currentTrace()?.update({}));
    tracer.trace('late', (open) => open.update({ runId: 'run-43' }));
    expect(memory.traces.map(({ runId }) => runId)).toEqual(['nightly', 'run-42', 'run-43']);
  });

  it('has the tags of the tracer, its own, and those it is given later, each once', () => {
    const { tracer, memory } = startRecording({ tags: ['env:prod', 'eu'] });
    tracer.trace('run', { tags: ['eu', 'v2'] }, (open) => open.update({ tags: ['v2', 'late'] }));
    tracer.trace('plain', () => {});
    expect(memory.traces.map(({ tags }) => tags)).toEqual([
      ['env:prod', 'eu', 'v2', 'late'],
      ['env:prod', 'eu'],
    ]);
  });

  it('has the metadata of the tracer, under its own, under what it is given later', () => {
    const { tracer, memory } = startRecording({ metadata: { region: 'eu', arm: 'A', build: 7 } });
    tracer.trace('run', { metadata: { arm: 'B', a: 1 } }, (open) => open.update({ metadata: { a: 2 } }));
    expect(only(memory.traces).metadata).toEqual({ region: 'eu', arm: 'B', build: 7, a: 2 });
    expect(only(only(memory.traces).spans).metadata).toEqual({});
  });

  it('can be renamed, and told its user and output, while it is open', async () => {
    const { tracer, memory } = startRecording();
    const open = tracer.trace('untitled', { userId: 'guest' });
    open.update({ name: 'refund', userId: 'u1', input: { id: 7 }, output: 'done' });
    expect(open).toMatchObject({ name: 'refund', userId: 'u1', output: 'done' });
    await open.end();
    expect(only(memory.traces)).toMatchObject({ name: 'refund', userId: 'u1', input: { id: 7 }, output: 'done' });
  });
});

describe('a trace inside a running trace', () => {
  const inner = traced('inner', () => 'value');

  class Agent {
    @trace({ name: 'outer' })
    outer(): string {
      return `${this.child()} ${this.apart()}`;
    }

    @trace({ name: 'child', session: 'ignored here' })
    child(): string {
      return inner();
    }

    @trace({ name: 'apart', root: true, session: 'own' })
    apart(): string {
      return inner();
    }
  }

  it('is a child span; with root: true it is a trace of its own, linked both ways', () => {
    const { tracer, memory } = startRecording({ session: 'A' });
    expect(withTracer(tracer, () => new Agent().outer())).toBe('value value');
    expect(treesOf(memory)).toBe(`\
apart
  inner

outer
  child
    inner`);
    const [apart, outer] = memory.traces;
    const [apartRoot, outerRoot] = [apart?.spans[0], outer?.spans[0]];
    expect(apart?.traceId).not.toBe(outer?.traceId);
    expect([apart?.sessionId, outer?.sessionId]).toEqual(['own', 'A']);
    expect(apartRoot?.parentId).toBeNull();
    const toOuter = [{ traceId: outer?.traceId, spanId: outerRoot?.spanId }];
    expect([apart?.links, apartRoot?.links]).toEqual([toOuter, toOuter]);
    expect(outerRoot?.links).toEqual([{ traceId: apart?.traceId, spanId: apartRoot?.spanId }]);
  });

  it('of a tracer’s own call is a child span, too', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('outer', () => tracer.trace('inner', () => tracer.trace('apart', { root: true }, () => {})));
    expect(treesOf(memory)).toBe('apart\n\nouter\n  inner');
  });
});

it('a link points to any span of any trace, a hundred of them', () => {
  const { tracer, memory } = startRecording();
  const step = tracer.span('step');
  for (let index = 0; index < 150; index += 1) step.link({ traceId, spanId });
  step.end();
  expect(only(only(memory.traces).spans).links).toHaveLength(100);
  expect(only(memory.traces).toJSON()).toMatchObject({
    spans: [{ links: { 0: { trace_id: traceId, span_id: spanId } } }],
  });
});

describe('traceparent', () => {
  it('of two requests of one trace at the same time gives one trace with both', async () => {
    const store = new TraceStore();
    const { tracer, memory } = startRecording({ store });
    const header = `00-${traceId}-${spanId}-01`;
    const [one, other] = [tracer.trace('one', { traceparent: header }), tracer.trace('other', { traceparent: header })];
    one.span('step').end();
    await one.end();
    await tracer.shutdown();
    expect(treesOf(memory).replace(/ {2}\[no-end\]/, '')).toBe('one\n  step\nother');
    expect(other.rootSpan?.outcome).toBe('no_end');
    expect((await store.get(traceId))?.spans).toHaveLength(3);
  });

  function continued(header: string): TraceRecord {
    // A sampler that keeps all, so that a decision against the trace hides nothing here.
    const { tracer, memory } = startRecording({ sampler: () => true });
    tracer.trace('server', { traceparent: header }, () => {});
    return only(memory.traces);
  }

  it('continues the trace of another process, under its span', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('server', { traceparent: `00-${traceId}-${spanId}-01` }, (open) => open.span('step', () => {}));
    const recorded = only(memory.traces);
    expect(recorded.traceId).toBe(traceId);
    expect(spanNamed(recorded, 'server').parentId).toBe(spanId);
    expect(recorded.rootSpan?.name).toBe('server');
    expect(treesOf(memory)).toBe('server\n  step');
  });

  it('is given out by spans and traces, and read back', () => {
    const { tracer } = startRecording();
    const client = tracer.trace('client');
    const call = client.span('http');
    expect(client.traceparent).toBe(`00-${client.traceId}-${client.rootSpan?.spanId ?? ''}-01`);
    expect(call.traceparent).toBe(`00-${client.traceId}-${call.spanId}-01`);
    const recorded = continued(call.traceparent);
    expect([recorded.traceId, only(recorded.spans).parentId]).toEqual([client.traceId, call.spanId]);
    call.end();
    void client.end();
  });

  it('keeps a decision against the trace, and tells ours on', () => {
    const { tracer, memory } = startRecording({ keepErrors: false });
    tracer.trace('server', { traceparent: `00-${traceId}-${spanId}-00` }, (open) => {
      expect(open.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    });
    expect(memory.traces).toEqual([]);
  });

  it.each([`  00-${traceId}-${spanId}-01 `, `01-${traceId}-${spanId}-01-later`, `00-${traceId}-${spanId}-ff`])(
    'takes %j, as the standard does',
    (header) => expect(continued(header).traceId).toBe(traceId),
  );

  it.each([
    '',
    'nonsense',
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId.slice(1)}-${spanId}-01`,
  ])('begins a trace of its own for %j', (header) => {
    const recorded = continued(header);
    expect(recorded.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect([recorded.traceId === traceId, only(recorded.spans).parentId]).toEqual([false, null]);
  });

  it('may be missing: null and undefined begin a trace here, and nothing is reported', () => {
    const { tracer, memory, log } = startRecording();
    for (const missing of [null, undefined]) {
      tracer.trace('server', { traceparent: missing, tracestate: missing }, () => {});
    }
    expect(memory.traces.map(({ spans }) => only(spans).parentId)).toEqual([null, null]);
    expect(log.codes).toEqual([]);
  });

  it('is told of once at debug level where it is malformed', () => {
    const { tracer, log } = startRecording();
    for (const header of ['a', 'b']) tracer.trace('server', { traceparent: header }, () => {});
    expect(log.codes).toEqual(['debug wrong-traceparent']);
  });

  it('whatever it is, gives a trace with valid ids', () => {
    const almost = stringMatching(/^[0-9a-f]{2}-[0-9a-f]{31,33}-[0-9a-f]{15,17}-[0-9a-f]{2}$/);
    assert(
      property(constantFrom(true, false), string(), almost, (isRandom, text, header) => {
        const recorded = continued(isRandom ? text : header);
        expect(recorded.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
      }),
      { numRuns: 200 },
    );
  });
});

it('a trace inside a running trace says so, once, when it names what only a trace of its own can have', () => {
  const { tracer, memory, log } = startRecording();
  tracer.trace('outer', { userId: 'u1' }, () => {
    tracer.trace('first', { userId: 'u2' }, () => {});
    tracer.trace('second', { tags: ['lost'] }, () => {});
    tracer.trace('third', () => {});
  });
  expect(log.codes).toEqual(['debug nested-trace']);
  expect(log.lines[0]?.message).toMatch(/"first" began inside a running trace.*root: true/);
  expect(only(memory.traces)).toMatchObject({ userId: 'u1', tags: [] });
});
