import { createTracer, InMemoryTraceExporter, withTracer } from 'clew';
import { expect, it } from 'vitest';
import { createLog, createLookup } from './support.ts';

it('writes the ids of the active span on each line', async () => {
  const exporter = new InMemoryTraceExporter();
  const lines: unknown[] = [];
  const log = createLog({ write: (line: string) => lines.push(JSON.parse(line)) });
  const lookup = createLookup(log);

  log.info('outside');
  await withTracer(createTracer({ exporter }), () => lookup('mara@example.com'));

  const [span] = exporter.spans;
  expect(lines).toMatchObject([
    { msg: 'outside' },
    { msg: 'looking the account up', trace_id: span?.traceId, span_id: span?.spanId },
  ]);
  expect(lines[0]).not.toHaveProperty('trace_id');
});
