import { ConsoleTraceExporter, createTracer, init, traced } from 'clew';

const clew = init({ mode: 'memory' });
const shown = createTracer({ exporter: new ConsoleTraceExporter({ stream: { write: () => {} } }) });
const answer = traced('run', (n) => n + 1)(41);
shown.trace('shown', () => 1);
globalThis.result = clew.shutdown({ timeoutMs: 50 }).then(({ sent }) => [answer, sent, clew.stats().reports]);
