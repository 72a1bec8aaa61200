import { InMemoryTraceExporter, init, traced } from '../../dist/index.js';
import type { Subject } from '../subject.ts';
import { calling, lookup } from './call.ts';

/** The wrapper of a program that never calls `init`. */
export const callOff: Subject = {
  name: 'call-off',
  async setup() {
    return calling(traced({ name: 'lookup', kind: 'tool' }, lookup));
  },
};

/** No rule could keep a trace that the rate leaves out. */
function sampledOut() {
  return init({ name: 'bench', exporter: new InMemoryTraceExporter(), sampleRate: 0, keepErrors: false });
}

/** A call inside a trace that was sampled out. */
export const callSampledSpan: Subject = {
  name: 'call-sampled-span',
  async setup() {
    const tracer = sampledOut();
    const { turn, ...running } = calling(traced({ name: 'lookup', kind: 'tool' }, lookup));
    return { ...running, turn: () => tracer.trace('root', turn), teardown: async () => void (await tracer.shutdown()) };
  },
};

/** Each call begins a trace that is sampled out. */
export const callSampledRoot: Subject = {
  name: 'call-sampled-root',
  async setup() {
    const tracer = sampledOut();
    const running = calling(traced({ name: 'lookup', kind: 'tool' }, lookup));
    return { ...running, teardown: async () => void (await tracer.shutdown()) };
  },
};
