// A Worker whose tracer begins with its module, where there is no clock, no timer and no random number.
import { createTracer, getTracer, init, traced, withTracer } from 'clew';

const idle = traced('idle', () => 1);
const before = [idle(), getTracer().isRecording];
const memory = createTracer({ mode: 'memory' });
const bare = init();
const count = traced('count', async function* count(to) {
  for (let n = 1; n <= to; n += 1) yield n;
});
const body = traced('body', () => new Response('text').body);

export default {
  async fetch() {
    const parts = await withTracer(memory, async () => {
      const numbers = [];
      for await (const n of count(2)) numbers.push(n);
      return [...numbers, await new Response(body()).text()];
    });
    const { ok } = await memory.trace('by hand').end();
    await memory.flush();
    const names = memory.exporters[0].traces.map(({ name, spans }) => [name, spans[0].outcome]);
    return Response.json({ before, parts, ok, names, bare: [bare.isRecording, bare.stats().reports] });
  },
};
