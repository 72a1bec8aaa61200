import { StderrLogger } from '../base/logger.ts';
import { isCallable } from '../base/callable.ts';
import { Report } from '../base/report.ts';
import { redactedPositions } from './redacted-parameters.ts';
import type { MemberWrapper } from './wrap.ts';

const report = new Report(new StderrLogger());

/** Decorates a member under `experimentalDecorators`: a method, an accessor, or a field that holds a function. */
export function decorateLegacy(
  wrapMember: MemberWrapper,
  target: object,
  key: PropertyKey,
  descriptor: PropertyDescriptor | undefined,
): PropertyDescriptor | undefined {
  const positions = redactedPositions(target, key);
  const wrapValue = (member: unknown): unknown =>
    isCallable(member) ? wrapMember(member, String(key), positions) : member;
  if (descriptor === undefined) return decorateField(target, key, wrapValue);
  for (const part of ['value', 'get', 'set'] as const) {
    if (isCallable(descriptor[part])) Object.assign(descriptor, { [part]: wrapValue(descriptor[part]) });
  }
  return descriptor;
}

/**
 * A field is set in the constructor, after the decorator ran. Where it is assigned, a setter on the prototype sees it;
 * where it is defined (`useDefineForClassFields`), nothing can, and that is said.
 */
function decorateField(target: object, key: PropertyKey, wrapValue: (member: unknown) => unknown): undefined {
  const field = Object.getOwnPropertyDescriptor(target, key);
  if (field !== undefined) {
    // A static field has its value by now.
    if (isCallable(field.value)) Reflect.defineProperty(target, key, { ...field, value: wrapValue(field.value) });
    return undefined;
  }
  if (isDefinedField(target, key)) {
    report.warn(
      `field-${String(key)}`,
      `the field "${String(key)}" of ${classNameOf(target)} cannot be traced under experimentalDecorators with useDefineForClassFields; write ${String(key)} = traced('${String(key)}', …) instead`,
    );
    return undefined;
  }
  Object.defineProperty(target, key, {
    configurable: true,
    enumerable: false,
    set(this: object, member: unknown) {
      Object.defineProperty(this, key, {
        value: wrapValue(member),
        writable: true,
        configurable: true,
        enumerable: true,
      });
    },
  });
  return undefined;
}

/** Reads it off the class's own text: an assigned field stands in the constructor as `this.name =`. */
function isDefinedField(target: object, key: PropertyKey): boolean {
  const maker: unknown = target.constructor;
  if (typeof maker !== 'function' || typeof key !== 'string') return true;
  const source = Function.prototype.toString.call(maker);
  const name = escapePattern(key);
  return !new RegExp(`this(?:\\.${name}|\\[["']${name}["']\\])\\s*=[^=]`).test(source);
}

function classNameOf(target: object): string {
  return typeof target === 'function' ? target.name : target.constructor.name;
}

function escapePattern(text: string): string {
  return text.replace(/[$.*+?^{}()|[\]\\]/g, String.raw`\$&`);
}
