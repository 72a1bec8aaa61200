import { isCallable } from '../base/callable.ts';
import { StderrLogger } from '../base/logger.ts';
import { isObject } from '../base/object.ts';
import { Report } from '../base/report.ts';
import { decorateLegacy } from './legacy.ts';
import { decorateStandard, isMemberContext } from './standard.ts';
import type { MemberWrapper } from './wrap.ts';

const report = new Report(new StderrLogger());

/** A runtime calls a decorator with a context (standard), or with a member's name after its class (legacy). */
export function isDecoration(first: unknown, second: unknown): boolean {
  if (isClassContext(second) || isMemberContext(second)) return true;
  const isOwner = typeof first === 'object' || typeof first === 'function';
  return isOwner && first !== null && isKey(second);
}

/** Of a method that is called `0`, TypeScript passes a number. */
function isKey(value: unknown): value is PropertyKey {
  return typeof value === 'string' || typeof value === 'symbol' || typeof value === 'number';
}

function isClassContext(value: unknown): boolean {
  return isObject(value) && 'kind' in value && value.kind === 'class';
}

/** Decorates a member in whichever protocol the arguments are of; `label` names the decorator where it cannot be. */
export function decorateMember(
  label: string,
  wrapMember: MemberWrapper,
  ...[first, second, third]: readonly unknown[]
): unknown {
  if (isClassContext(second) || (isCallable(first) && second === undefined)) return refuseFunction(label, first);
  if (isMemberContext(second)) return decorateStandard(wrapMember, first, second);
  const isOwner = isObject(first) || isCallable(first);
  if (!isOwner || !isKey(second)) return undefined;
  return decorateLegacy(wrapMember, first, second, isDescriptor(third) ? third : undefined);
}

/** On a class there is no call to trace; a plain function is for `traced`. The thing itself goes back unchanged. */
export function refuseFunction(label: string, value: unknown): unknown {
  report.warn(
    'not-a-member',
    `@${label} stands on a class or a plain function; it decorates members of a class, and traced(fn) wraps functions`,
  );
  return value;
}

function isDescriptor(value: unknown): value is PropertyDescriptor {
  return isObject(value);
}
