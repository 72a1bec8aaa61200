import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClewConfigError, FileTraceExporter, SqliteTraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import { filesIn } from '../fixtures/audio-call.ts';
import { age, inDatabase, inFile, keep, keepers, refOf } from '../fixtures/audio-keepers.ts';

describe.each(keepers)('%s', (_, create) => {
  it('lets the oldest go when there is too much, and never what came just now', async () => {
    const kept = create({ maxAudioBytes: 1_000 });
    for (const n of [1, 2, 3]) {
      await keep(kept, refOf(n), 400);
      age(join(kept.folder, refOf(n)), 1 - n / 10);
    }
    expect(filesIn(kept.folder)).toEqual([refOf(2), refOf(3)]);
    await keep(kept, refOf(4), 5_000);
    expect(filesIn(kept.folder)).toEqual([refOf(4)]);
    await keep(kept, refOf(5), 1_000);
    expect(filesIn(kept.folder)).toEqual([refOf(5)]);
  });

  const strangers: readonly [string, (folder: string) => string][] = [
    [
      'a file of somebody else’s',
      (folder) => {
        writeFileSync(join(folder, 'holiday.mp3'), Buffer.alloc(4_000));
        return 'holiday.mp3';
      },
    ],
    [
      'a folder',
      (folder) => {
        mkdirSync(join(folder, 'albums'));
        writeFileSync(join(folder, 'albums', 'song.mp3'), 'music');
        return 'albums';
      },
    ],
    [
      'a link to nothing',
      (folder) => {
        symlinkSync(join(folder, 'nothing'), join(folder, 'link'));
        return 'link';
      },
    ],
  ];

  it.each(strangers)('leaves %s alone, though it is old and there is too much', async (__, put) => {
    const kept = create({ maxAudioBytes: 1_000, maxDays: 7 });
    await keep(kept, refOf(1), 600);
    const name = put(kept.folder);
    if (name !== 'link') age(join(kept.folder, name), 400);
    await expect(keep(kept, refOf(2), 600)).resolves.toBeUndefined();
    expect(filesIn(kept.folder)).toEqual([refOf(2), name].toSorted());
  });

  it('clears away the halves that a process has left which was killed', async () => {
    const kept = create({ maxAudioBytes: 1_000 });
    await keep(kept, refOf(1));
    const half = `${refOf(2)}.4242.part`;
    writeFileSync(join(kept.folder, half), Buffer.alloc(4_000));
    age(join(kept.folder, half), 400);
    await keep(kept, refOf(3));
    expect(filesIn(kept.folder)).toEqual([refOf(1), refOf(3)]);
  });
});

describe('recordings', () => {
  it('beside a database are kept as long as its traces', async () => {
    const kept = inDatabase({ maxDays: 2 });
    for (const n of [1, 2, 3]) await keep(kept, refOf(n));
    age(join(kept.folder, refOf(1)), 3);
    age(join(kept.folder, refOf(2)), 1);
    await keep(kept, refOf(4));
    expect(filesIn(kept.folder)).toEqual([refOf(2), refOf(3), refOf(4)]);
  });

  it('beside a file are kept without regard to their age', async () => {
    const kept = inFile();
    await keep(kept, refOf(1));
    age(join(kept.folder, refOf(1)), 4_000);
    await keep(kept, refOf(2));
    expect(filesIn(kept.folder)).toEqual([refOf(1), refOf(2)]);
  });
});

describe('wrong bounds of recordings', () => {
  it.each([0, -1, Number.NaN])('%d', (maxAudioBytes) => {
    expect(() => new SqliteTraceExporter('clew.db', { maxAudioBytes })).toThrow(ClewConfigError);
    expect(() => new FileTraceExporter('calls.ndjson', { maxAudioBytes })).toThrow(/maxAudioBytes/);
  });
});
