import { traced } from '../../dist/index.js';
import type { Subject } from '../subject.ts';
import { calling, lookup } from './call.ts';

/** The wrapper of a program that never calls `init`. */
export const callOff: Subject = {
  name: 'call-off',
  async setup() {
    return calling(traced({ name: 'lookup', kind: 'tool' }, lookup));
  },
};
