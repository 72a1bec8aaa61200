import { createTracer, InMemoryTraceExporter, Span, Trace, type SpanRecord } from 'clew';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** A record to render, ended and with the ids that are given. */
function part(
  fields: Partial<Pick<SpanRecord, 'name' | 'spanId' | 'parentId' | 'error' | 'outcome' | 'startedAt' | 'endedAt'>>,
): SpanRecord {
  return new Span({ name: 'x' }).toRecord().with({ startedAt: 0, endedAt: 142.4, outcome: 'ok', ...fields });
}

function treeOf(...spans: readonly (Span | SpanRecord)[]): string {
  const trace = new Trace({ runId: 'my-run' });
  trace.spans = spans;
  return trace.asTree();
}

describe('a tree', () => {
  it('indents children by two spaces, from parent ids alone [L48, L49, L69, T7]', () => {
    const tree = treeOf(
      part({ spanId: 'a', name: 'agent.run' }),
      part({ spanId: 'b', parentId: 'a', name: 'llm.complete', endedAt: 99.6 }),
      part({ spanId: 'c', parentId: 'b', name: 'tool:lookup', error: 'not found', outcome: 'error' }),
      part({ spanId: 'd', parentId: 'a', name: 'last', endedAt: 0.4 }),
    );
    expect(tree).toBe(
      [
        'agent.run  [142ms]',
        '  llm.complete  [100ms]',
        '    tool:lookup  [142ms]  ERROR: not found',
        '  last  [0ms]',
      ].join('\n'),
    );
  });

  it('renders hand-built spans [L34, L47, T7]', () => {
    const root = new Span({ name: 'agent.run' });
    const child = new Span({ name: 'llm.complete', parentId: root.spanId });
    child.finish();
    root.finish({ error: 'kaboom' });
    expect(treeOf(root, child)).toMatch(/^agent\.run {2}\[\d+ms\] {2}ERROR: kaboom\n {2}llm\.complete {2}\[\d+ms\]$/);
  });

  it('of no spans says so [L68, T7]', () => {
    expect(new Trace().asTree()).toBe('(empty trace)');
  });

  it('shows no duration for an open span, and how the others ended where that is no plain end [A55]', () => {
    expect(treeOf(part({ name: 'open', endedAt: null, outcome: 'running' }))).toBe('open');
    expect(treeOf(part({ name: 'left', endedAt: 5, outcome: 'no_end' }))).toBe('left  [5ms]  [no-end]');
    expect(treeOf(part({ name: 'gone', endedAt: 5, outcome: 'cancelled' }))).toBe('gone  [5ms]  [cancelled]');
  });

  it('shows orphans as roots, in order [L70]', () => {
    const tree = treeOf(
      part({ spanId: 'a', name: 'a' }),
      part({ spanId: 'b', parentId: 'gone', name: 'b' }),
      part({ spanId: 'c', parentId: 'b', name: 'c' }),
      part({ spanId: 'd', name: 'd' }),
    );
    expect(tree).toBe('a  [142ms]\nb  [142ms]\n  c  [142ms]\nd  [142ms]');
  });

  it('shows spans that are each other’s parents, once', () => {
    const tree = treeOf(
      part({ spanId: 'a', parentId: 'b', name: 'a' }),
      part({ spanId: 'b', parentId: 'a', name: 'b' }),
      part({ spanId: 'c', parentId: 'c', name: 'c' }),
    );
    expect(tree.split('\n')).toHaveLength(3);
    expect(tree).toContain('c  [142ms]');
  });

  it('shows two records with one id', () => {
    expect(treeOf(part({ spanId: 'a', name: 'one' }), part({ spanId: 'a', name: 'two' }))).toBe(
      'one  [142ms]\ntwo  [142ms]',
    );
  });

  it('shows each span once, whatever the ids are', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    fc.assert(
      fc.property(fc.array(fc.tuple(id, fc.option(id))), (pairs) => {
        const spans = pairs.map(([spanId, parentId], index) => part({ spanId, parentId, name: `span-${index}` }));
        const lines = treeOf(...spans).split('\n');
        const names = lines.map((line) => line.trim().split('  ')[0]);
        expect(names.toSorted()).toEqual(
          pairs.length === 0 ? ['(empty trace)'] : spans.map(({ name }) => name).toSorted(),
        );
      }),
    );
  });

  it('shows a chain of 100,000 levels', () => {
    const spans = Array.from({ length: 100_000 }, (_, index) =>
      part({ spanId: String(index), parentId: index === 0 ? null : String(index - 1), name: `s${index}` }),
    );
    const tree = treeOf(...spans);
    expect(tree.split('\n')).toHaveLength(100_000);
    expect(tree).toMatch(/^s0 {2}\[142ms\]\n {2}s1 {2}\[142ms\]\n {4}s2 {2}/);
    expect(tree.endsWith('s99999  [142ms]')).toBe(true);
  });

  it('makes escape sequences, line breaks and bidirectional marks harmless', () => {
    const hostile = '\u001b[2J\u001b]0;title\u0007red\u009b31m\u202eevil\u2066';
    const tree = treeOf(part({ name: hostile, error: `${hostile}\nsecond line\r[fake]  [1ms]` }));
    // oxlint-disable-next-line no-control-regex -- control characters are what it is about
    expect(tree).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(tree.split('\n')).toHaveLength(1);
    expect(tree).toContain('\ufffd[2J\ufffd]0;title\ufffdred\ufffd31m\ufffdevil\ufffd');
    expect(tree).toContain('red');
    expect(tree).not.toContain('second line');
  });

  it('is the same on a live trace and on its record', () => {
    const exporter = new InMemoryTraceExporter();
    const trace = createTracer({ exporter }).trace('root');
    trace.span('child').end();
    void trace.end();
    expect(exporter.traces[0]?.asTree()).toMatch(/^root {2}\[\d+ms\]\n {2}child {2}\[\d+ms\]$/);
  });
});
