import { isCallable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import { wrap, type WrapKind, type WrapOptions } from './wrap.ts';

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
export function decorateStandard(
  kind: WrapKind,
  options: WrapOptions,
  value: unknown,
  context: MemberContext,
): unknown {
  const named = { ...options, name: options.name ?? String(context.name) };
  const wrapValue = (member: unknown): unknown => (isCallable(member) ? wrap(member, kind, named) : member);
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
