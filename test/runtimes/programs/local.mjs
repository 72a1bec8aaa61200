// `init` with nothing said: local mode, where the runtime and its permissions allow it.
import { init, traced } from 'clew';

const clew = init({ name: 'everywhere' });
const answer = await traced('run', async (n) => n + 1)(41);
const { sent } = await clew.flush({ timeoutMs: 2_000 });
const { ok } = await clew.trace('by hand').end();
await clew.shutdown({ timeoutMs: 2_000 });
console.log(JSON.stringify({ answer, sent, ended: typeof ok, codes: Object.keys(clew.stats().reports) }));
