// A bundle in contexts whose `process` is missing, or only half there, as in a browser or behind a shim.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';

const code = readFileSync(process.argv[2] ?? '', 'utf8');
const processes = {
  none: undefined,
  empty: {},
  'without variables': { env: undefined, versions: {} },
  'without events': { env: {}, versions: { node: '22.20.0' }, version: 'v22.20.0', nextTick: queueMicrotask },
  'with events that throw': {
    env: {},
    on() {
      throw new Error('no events here');
    },
  },
};
const results = {};
for (const [name, shim] of Object.entries(processes)) {
  const module = { exports: {} };
  const globals = { require: createRequire(import.meta.url), process: shim, module, exports: module.exports };
  const context = vm.createContext({ ...globals, setTimeout, clearTimeout, URL, crypto, Buffer, console });
  vm.runInContext(code, context);
  results[name] = await context.result;
}
console.log(JSON.stringify(results));
