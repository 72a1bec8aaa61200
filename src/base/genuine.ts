import { isCallable, type Callable } from './callable.ts';
import { isObject } from './object.ts';

/**
 * The function that `candidate` stands in for. Fake timers keep the one that they replaced on their clock, as
 * `clock._setTimeout`; what is no fake is returned as it is.
 */
export function genuine<Member extends Callable>(name: string, candidate: Member): Member;
export function genuine(name: string, candidate: Callable): Callable {
  const clock: unknown = Reflect.get(candidate, 'clock');
  const original: unknown = isObject(clock) ? Reflect.get(clock, `_${name}`) : undefined;
  return isCallable(original) ? original : candidate;
}
