import { currentSpan, type Level } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording } from './recording.ts';

describe('events', () => {
  it('A45, A52 are points in time on the trace, of level DEFAULT unless another one is given', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      trace.event('guardrail:toxicity', { toxic: false }, 'DEFAULT');
      trace.event('cache:hit', { key: 'faq' });
      trace.event('flag:new-prompt');
      trace.event('guardrail-check', { passed: true }, 'WARNING');
    });
    expect(spanNamed(only(memory.traces), 'turn').events).toMatchObject([
      { name: 'guardrail:toxicity', input: { toxic: false }, level: 'DEFAULT' },
      { name: 'cache:hit', input: { key: 'faq' }, level: 'DEFAULT' },
      { name: 'flag:new-prompt', input: null, level: 'DEFAULT' },
      { name: 'guardrail-check', input: { passed: true }, level: 'WARNING' },
    ]);
  });

  it('A46 are on spans and generations as well, or on whatever is active', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      trace.span('step', (step) => {
        step.event('by handle');
        tracer.event('by tracer');
        currentSpan()?.event('by context');
      });
      trace.generation('model', (model) => model.event('first token'));
    });
    tracer.event('outside every span');
    const recorded = only(memory.traces);
    expect(spanNamed(recorded, 'step').events.map(({ name }) => name)).toEqual([
      'by handle',
      'by tracer',
      'by context',
    ]);
    expect(spanNamed(recorded, 'model').events.map(({ name }) => name)).toEqual(['first token']);
    expect(spanNamed(recorded, 'turn').events).toEqual([]);
  });

  it.each<Level>(['DEBUG', 'DEFAULT', 'WARNING', 'ERROR'])(
    'A47–A50 keep the level %s, and leave that of their span alone',
    (level) => {
      const { tracer, memory } = startRecording();
      tracer.trace('turn', (trace) => trace.event('noted', {}, level));
      const turn = spanNamed(only(memory.traces), 'turn');
      expect(only(turn.events).level).toBe(level);
      expect(turn.level).toBe('DEFAULT');
      expect(only(memory.traces).errorCount).toBe(0);
    },
  );

  it('A51 stand between the spans of their trace in time', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      trace.span('before', () => {});
      trace.event('between');
      trace.span('after', () => {});
    });
    const recorded = only(memory.traces);
    const event = only(spanNamed(recorded, 'turn').events);
    const times = [spanNamed(recorded, 'before').startTime, event.time, spanNamed(recorded, 'after').startTime];
    expect(times).toEqual(times.toSorted());
    expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  it.each<Level>(['DEBUG', 'DEFAULT', 'WARNING', 'ERROR'])('A47–A50 are levels of spans, too: %s', (level) => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      trace.span('at the start', { level }, () => {});
      trace.span('at the end').end({ level });
    });
    const recorded = only(memory.traces);
    expect(spanNamed(recorded, 'at the start').level).toBe(level);
    expect(spanNamed(recorded, 'at the end').level).toBe(level);
    expect(recorded.errorCount).toBe(level === 'ERROR' ? 2 : 0);
  });
});
