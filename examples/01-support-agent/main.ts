import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConsoleTraceExporter, FileTraceExporter, init, InMemoryTraceExporter, SqliteTraceExporter } from 'clew';
import { header, pasteables, question, summary } from './printout.ts';
import { chooseProvider } from './provider.ts';
import { SupportAgent } from './support-agent.ts';
import { tickets } from './tickets.ts';

const path = join('.clew', 'support-agent.ndjson');
const database = join('.clew', 'clew.db');
// Traces are added to what is there. Each run starts afresh, so that the questions below are about this run.
for (const file of [path, database, `${database}-wal`, `${database}-shm`]) rmSync(file, { force: true });

// A trace ends with the last word of the reply, so the cursor still stands behind it when the tree is printed.
const belowReply = { write: (tree: string) => process.stdout.write(`\n${tree}`), isTTY: process.stdout.isTTY };

const memory = new InMemoryTraceExporter();
const clew = init({
  name: 'support-agent',
  session: 'demo',
  exporters: [
    new ConsoleTraceExporter({ stream: belowReply }),
    new FileTraceExporter(path),
    new SqliteTraceExporter(database),
    memory,
  ],
});

const provider = await chooseProvider(process.env);
const agent = new SupportAgent(provider);
process.stdout.write(header(provider));

try {
  for (const ticket of tickets) {
    process.stdout.write(question(ticket));
    for await (const text of agent.handle(ticket)) process.stdout.write(text);
  }
} finally {
  await provider.close();
  await clew.shutdown();
  process.stdout.write(summary(memory.traces, path) + pasteables(path, database));
}
