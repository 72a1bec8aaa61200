import { createTracer, InMemoryTraceExporter } from 'clew';
import { options } from './options.ts';

const exporter = new InMemoryTraceExporter();
const clew = createTracer({ ...options, exporter });

for (let visit = 1; visit <= 200; visit += 1) {
  const input = { note: `P-00${1000 + visit}, write to ada@example.com`, diagnosis: 'a cold' };
  const tags = visit === 7 ? ['pilot'] : [];
  clew.trace('visit', { input, tags, userId: 'u1' }, (trace) => {
    if (visit === 9) trace.span('lookup').fail(new Error('the archive is closed'));
  });
}

console.log(`${exporter.traces.length} of 200 were kept:`);
for (const { sampling, tags, userId, input } of exporter.traces) console.log({ sampling, tags, userId, input });
