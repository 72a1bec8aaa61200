import { FileTraceExporter, init } from 'clew';

/** Leaves a trace and one of its spans open, and ends the way its second argument says. */
const [, , file = '', ending = 'quietly'] = process.argv;
const clew = init({ exporter: new FileTraceExporter(file) });
const trace = clew.trace('call', { metadata: { attached: true } });
trace.span('done').end({ output: 'kept' });
trace.generation('answer', { model: 'gpt-4.1-mini', input: 'half a question' });
if (ending === 'at once') process.exit(3);
if (ending === 'with an exception') throw new Error('the program’s own');
