// What every runtime must do alike; prints what came of it.
import { FileTraceExporter, init, InMemoryTraceExporter, traced } from 'clew';
import { existsSync, readFileSync } from 'node:fs';

const memory = new InMemoryTraceExporter();
const clew = init({ exporters: [memory, new FileTraceExporter('traces.ndjson')], name: 'everywhere' });
const add = traced('add', async (a, b) => a + b);
const count = traced('count', async function* count(to) {
  for (let n = 1; n <= to; n += 1) yield `${n} `;
});
const stream = traced(
  'stream',
  () =>
    new ReadableStream({
      start(controller) {
        for (const part of ['a', 'b']) controller.enqueue(part);
        controller.close();
      },
    }),
);
const failing = traced('failing', () => {
  throw new Error('no');
});

const answer = await clew.trace('run', async (trace) => {
  let text = `${await add(1, 2)} `;
  for await (const part of count(2)) text += part;
  for await (const part of stream()) text += part;
  try {
    failing();
  } catch (error) {
    text += error.message;
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
  trace.span('later').end({ output: { ok: true } });
  return text;
});
const ended = await clew.trace('by hand').end({ output: 1 });
const { pending, dropped } = await clew.flush({ timeoutMs: 5_000 });
await clew.shutdown();
const [trace] = memory.traces;
console.log(
  JSON.stringify({
    answer,
    ended: ended.ok,
    pending,
    dropped,
    spans: trace?.spans.map(({ name, outcome, output }) => [name, outcome, output]) ?? [],
    nested: trace?.spans.filter(({ parentId }) => parentId === trace.spans[0]?.spanId).length ?? 0,
    lines: existsSync('traces.ndjson') ? readFileSync('traces.ndjson', 'utf8').trim().split('\n').length : 0,
    reports: clew.stats().reports,
  }),
);
