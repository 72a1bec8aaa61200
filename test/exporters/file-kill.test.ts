import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLine, rotatedFiles } from '../fixtures/ndjson.ts';
import { Script } from '../fixtures/script.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** Ids of the lines that parse, and how many do not. */
function readSurvivors(path: string): { readonly whole: ReadonlySet<string>; readonly torn: readonly string[] } {
  const whole = new Set<string>();
  const torn: string[] = [];
  for (const file of rotatedFiles(path)) {
    for (const text of readFileSync(file, 'utf8').split('\n')) {
      if (text === '') continue;
      try {
        whole.add(parseLine(text).trace_id);
      } catch {
        torn.push(text);
      }
    }
  }
  return { whole, torn };
}

describe('Processes that are killed while they write long lines to one file', () => {
  it('leave every acknowledged line whole, and tear no line but their last', { timeout: 60_000 }, async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const args = [path, '0', '2000000'];
    let acknowledged: readonly string[] = [];
    let kills = 0;
    for (let round = 0; round < 3; round += 1) {
      const writers = Array.from({ length: 3 }, () => new Script('file-writer.ts', { args }));
      for (const [index, writer] of writers.entries()) {
        await writer.printed(3 + index);
        writer.kill();
        kills += 1;
      }
      await Promise.all(writers.map((writer) => writer.finished()));
      acknowledged = [...acknowledged, ...writers.flatMap((writer) => writer.lines)];
    }
    const survivor = new Script('file-writer.ts', { args: [path, '1', '10'] });
    expect(await survivor.finished()).toMatchObject({ code: 0, stderr: '' });
    acknowledged = [...acknowledged, ...survivor.lines];

    const { whole, torn } = readSurvivors(path);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(acknowledged.filter((id) => !whole.has(id))).toEqual([]);
    expect(torn.length).toBeLessThanOrEqual(kills);
    // A line that came behind an unfinished one in the same moment was written again: it is lost nowhere.
    const tornIds = torn.flatMap((text) => [...text.matchAll(/"trace_id":"(\w+)"/g)].map(([, id]) => id ?? ''));
    expect(tornIds.filter((id) => !whole.has(id)).length).toBeLessThanOrEqual(kills);
  });
});
