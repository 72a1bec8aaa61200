import { isCallable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import { decorateMember, isDecoration, refuseFunction } from './member.ts';
import { markRedacted } from './redacted-parameters.ts';
import { wrap, type AnyFunction, type MemberWrapper, type WrapKind, type WrapOptions } from './wrap.ts';

/** A decorator of class members, under the standard protocol and under `experimentalDecorators` alike. */
export interface MemberDecorator {
  <Member extends AnyFunction>(value: Member, context: ClassMethodDecoratorContext): Member;
  <Value>(value: () => Value, context: ClassGetterDecoratorContext): () => Value;
  <Value>(value: (next: Value) => void, context: ClassSetterDecoratorContext): (next: Value) => void;
  <This, Value>(
    value: ClassAccessorDecoratorTarget<This, Value>,
    context: ClassAccessorDecoratorContext<This, Value>,
  ): ClassAccessorDecoratorResult<This, Value>;
  <This, Value>(value: undefined, context: ClassFieldDecoratorContext<This, Value>): (value: Value) => Value;
  <Value>(target: object, key: string | symbol, descriptor?: TypedPropertyDescriptor<Value>): void;
}

/**
 * A decorator that works bare, with `()`, with a name and with options (L55). Its bare form comes first: TypeScript
 * hands `undefined` to the decorator of a field, which would do for options that are left out.
 */
export type NamedDecorator = MemberDecorator & ((options?: string | WrapOptions) => MemberDecorator);

/** `traced` is a decorator too, and wraps plain functions; the wrapper has the function's own type. */
export type Traced = MemberDecorator & FunctionWrapper;

/** The forms of `traced` that take a function, at once or in a second step. */
export interface FunctionWrapper {
  <Wrapped extends AnyFunction>(fn: Wrapped): Wrapped;
  <Wrapped extends AnyFunction>(options: string | WrapOptions, fn: Wrapped): Wrapped;
  (options?: string | WrapOptions): MemberDecorator & (<Wrapped extends AnyFunction>(fn: Wrapped) => Wrapped);
}

/**
 * A top-level operation: each call is a trace, or inside a running trace a child span (G10–G15).
 *
 * Works on instance, static and private methods, getters, setters, accessors and function-valued fields, in both
 * decorator protocols. The method keeps its `this`, name, length, type and metadata, and stays synchronous if it was.
 * Never throws.
 *
 * @example
 * ```ts
 * import { span, trace } from 'clew';
 * class Agent {
 *   @trace({ name: 'handle-ticket', session: 'conv_1' })
 *   handle(ticket: string) {
 *     return this.search(ticket);
 *   }
 *   @span({ kind: 'tool' })
 *   search(query: string) {
 *     return [query];
 *   }
 * }
 * new Agent().handle('I cannot log in');
 * ```
 */
export const trace: NamedDecorator = createDecorator('trace');

/** One step: a tool call, a retrieval, a data step. Used as `trace` is; at a root it begins a trace (G16–G21). */
export const span: NamedDecorator = createDecorator('span');

/**
 * A call of a model. Usage, model and id are read from what it returns or yields, in OpenAI's and Anthropic's shapes.
 * Used as `trace` is.
 */
export const generation: NamedDecorator = createDecorator('generation');

/**
 * Wraps a plain function so that each call is a span, or decorates a member as `span` does (L7, L55). The wrapper gives,
 * throws, yields and streams what the function does.
 *
 * @example
 * ```ts
 * import { traced } from 'clew';
 * const double = traced({ name: 'double', kind: 'tool' }, (value: number) => value * 2);
 * console.log(double(21));
 * ```
 */
export const traced: Traced = createTraced();

/**
 * Keeps one argument out of the record: a parameter decorator, which only `experimentalDecorators` has. In both
 * protocols `redact: ['apiKey']` in the options does the same.
 */
export function redact(): (target: object, key: string | symbol | undefined, position: number) => void {
  return (target, key, position) => markRedacted(target, key ?? 'constructor', position);
}

function createDecorator(kind: WrapKind): NamedDecorator {
  function decorator(first?: unknown, second?: unknown, third?: unknown): never;
  function decorator(first?: unknown, second?: unknown, third?: unknown): unknown {
    if (isDecoration(first, second)) return decorateMember(kind, wrapping(kind, {}), first, second, third);
    if (isCallable(first)) return refuseFunction(kind, first);
    const wrapMember = wrapping(kind, asOptions(first));
    return (value: unknown, context: unknown, descriptor: unknown) =>
      decorateMember(kind, wrapMember, value, context, descriptor);
  }
  return decorator;
}

function createTraced(): Traced {
  function traced(first?: unknown, second?: unknown, third?: unknown): never;
  function traced(first?: unknown, second?: unknown, third?: unknown): unknown {
    if (isDecoration(first, second)) return decorateMember('traced', wrapping('span', {}), first, second, third);
    if (isCallable(first)) return wrap(first, 'span', {});
    const options = asOptions(first);
    if (isCallable(second)) return wrap(second, 'span', options);
    return (value: unknown, context: unknown, descriptor: unknown) =>
      isCallable(value) && context === undefined
        ? wrap(value, 'span', options)
        : decorateMember('traced', wrapping('span', options), value, context, descriptor);
  }
  return traced;
}

/** A member is called by its own name unless the options name it. */
function wrapping(kind: WrapKind, options: WrapOptions): MemberWrapper {
  return (member, name, redacted) => wrap(member, kind, { ...options, name: options.name ?? name }, redacted);
}

function asOptions(value: unknown): WrapOptions {
  if (typeof value === 'string') return { name: value };
  return isWrapOptions(value) ? value : {};
}

function isWrapOptions(value: unknown): value is WrapOptions {
  return isObject(value);
}
