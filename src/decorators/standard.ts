import { isCallable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import type { MemberWrapper } from './wrap.ts';

/** The kinds of members that standard decorators meet; the context tells which. */
export type MemberContext =
  | ClassMethodDecoratorContext
  | ClassGetterDecoratorContext
  | ClassSetterDecoratorContext
  | ClassFieldDecoratorContext
  | ClassAccessorDecoratorContext;

export function isMemberContext(value: unknown): value is MemberContext {
  return isObject(value) && 'kind' in value && 'name' in value && 'addInitializer' in value;
}

/** Decorates a member under the standard protocol; returns what takes the member's place. */
export function decorateStandard(wrapMember: MemberWrapper, value: unknown, context: MemberContext): unknown {
  const name = String(context.name);
  const wrapValue = (member: unknown): unknown => (isCallable(member) ? wrapMember(member, name) : member);
  switch (context.kind) {
    case 'method':
    case 'getter':
    case 'setter':
      return wrapValue(value);
    case 'field':
      return wrapValue;
    case 'accessor':
      return { get: wrapPart(value, 'get', wrapValue), set: wrapPart(value, 'set', wrapValue) };
    default:
      return undefined;
  }
}

function wrapPart(accessor: unknown, part: 'get' | 'set', wrapValue: (member: unknown) => unknown): unknown {
  return isObject(accessor) ? wrapValue(Reflect.get(accessor, part)) : undefined;
}
