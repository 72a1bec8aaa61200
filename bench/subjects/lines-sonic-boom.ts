import { once } from 'node:events';
import sonicBoom from 'sonic-boom';
import type { Subject } from '../subject.ts';
import { linesPerTurn, preparedTraces } from './lines.ts';
import { temporaryFile } from './temporary-file.ts';

/** Text that was put together is only copied into one piece when it is first read, which would fall to the writer. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

/** The same text, serialised outside the clock, with the settings under which sonic-boom was fastest here: the best case. */
export const linesSonicBoom: Subject = {
  name: 'lines-sonic-boom',
  async setup() {
    const file = temporaryFile();
    const stream = new sonicBoom.SonicBoom({ dest: file.path, append: true, sync: true, minLength: 4096 });
    let lines: readonly string[] = [];
    return {
      unitsPerTurn: linesPerTurn,
      turnsPerBatch: 1,
      async reset() {
        file.empty();
        lines = (await preparedTraces()).map((record) => flat(`${record.text()}\n`));
      },
      async turn() {
        for (const line of lines) stream.write(line);
      },
      async settle() {
        stream.flushSync();
      },
      async teardown() {
        stream.end();
        await once(stream, 'close');
        file.remove();
      },
    };
  },
};
