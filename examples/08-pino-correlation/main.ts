import { init } from 'clew';
import { createLog, createLookup } from './support.ts';

const clew = init({ name: 'support', mode: 'console' });
const log = createLog();
const lookup = createLookup(log);

log.info('outside of every span: no ids');
await clew.trace('handle-ticket', () => lookup('mara@example.com'));
await clew.shutdown();
