import { init, traced } from 'clew';

const [name = 'worker'] = process.argv.slice(2);
// Nothing else: the traces of every process of this folder are in .clew/clew.db.
init({ name });

const count = traced({ name: 'tool:count', kind: 'tool' }, (words: string) => words.split(' ').length);
for (const words of ['one', 'one two', 'one two three']) count(words);
