import { init } from 'clew';
import { research } from './research.ts';

const clew = init({ name: 'research', mode: 'console' });
console.log(await research('Where is Knossos?', ['https://example.com/crete', 'https://example.com/minos']));
await clew.shutdown();
