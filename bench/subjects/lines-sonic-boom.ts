import { once } from 'node:events';
import sonicBoom from 'sonic-boom';
import type { Subject } from '../subject.ts';
import { linesPerTurn, preparedTraces } from './lines.ts';
import { temporaryFile } from './temporary-file.ts';

/** The same text, serialised outside the clock: what a file can take at best. */
export const linesSonicBoom: Subject = {
  name: 'lines-sonic-boom',
  async setup() {
    const file = temporaryFile();
    const stream = new sonicBoom.SonicBoom({ dest: file.path, append: true, sync: false });
    await once(stream, 'ready');
    let lines: readonly string[] = [];
    return {
      unitsPerTurn: linesPerTurn,
      turnsPerBatch: 1,
      async reset() {
        file.empty();
        lines = (await preparedTraces()).map((record) => `${record.text()}\n`);
      },
      async turn() {
        for (const line of lines) stream.write(line);
      },
      // Not flush(): that also waits for the disk, which is not what is compared.
      async settle() {
        await once(stream, 'drain');
      },
      async teardown() {
        stream.end();
        await once(stream, 'close');
        file.remove();
      },
    };
  },
};
