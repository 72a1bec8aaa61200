import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SqliteTraceStore } from 'clew/store';

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
const workers = ['left', 'right'].map((name) =>
  spawn(process.execPath, [...process.execArgv, worker, name], { stdio: 'inherit' }),
);
await Promise.all(workers.map((process) => once(process, 'close')));

const traces = await new SqliteTraceStore('.clew/clew.db').last(6);
for (const { service, name, input, output } of traces) {
  console.log(`${service.name}: ${name} ${JSON.stringify(input)} → ${JSON.stringify(output)}`);
}
