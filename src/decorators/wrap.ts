import { types } from 'node:util';
import type { Callable } from '../base/callable.ts';
import { Invocation } from '../base/invocation.ts';
import { shared } from '../base/shared.ts';
import type { CallDefinition } from '../call/definition.ts';
import { activeScope } from '../context/scope.ts';
import type { TraceOptions } from '../span/span-options.ts';
import { activeTracer } from '../tracer/active.ts';
import { reportFailure } from '../tracer/own-failure.ts';
import type { Tracer } from '../tracer/tracer.ts';
import { createInputNaming } from './call-input.ts';
import { copyMetadata } from './metadata.ts';

/** What can be said of a function that is decorated or wrapped. */
export interface WrapOptions extends Omit<
  TraceOptions,
  'input' | 'usage' | 'costUsd' | 'ttftMs' | 'responseId' | 'toolCalls' | 'attempt' | 'traceparent'
> {
  /** Default: the function's own name. */
  readonly name?: string;
  /** Names for the arguments, in their order; for code that was minified, or has patterns and defaults. */
  readonly params?: readonly string[];
  /** Arguments, or keys of a sole object argument, that are kept out of the record. */
  readonly redact?: readonly string[];
  /** False keeps what the function is given out of the record. */
  readonly includeInput?: boolean;
  /** False keeps what the function gives out of the record. */
  readonly includeOutput?: boolean;
}

/** Which decorator it is. */
export type WrapKind = 'trace' | 'span' | 'generation';

/** Makes what stands in the place of a member that is called `name`; arguments at `redacted` positions are not kept. */
export type MemberWrapper = (member: Callable, name: string, redacted?: ReadonlySet<number>) => Callable;

/** Whatever can be called: no parameter list is assignable to `never`, and every function takes it. */
export type AnyFunction = (...args: never) => unknown;

/** What each wrapper wraps, so that a wrapper of a wrapper still finds the author's parameter names. */
const originals = new WeakMap<object, object>();
const noPositions: ReadonlySet<number> = new Set();
/** Not a method that is named `class` or `classify`. */
const classHead = /^class(?:\s*\{|\s+[^\s(])/;

/**
 * Wraps a function so that each call is a span. The wrapper has the function's `this`, name, length, own properties
 * and Reflect metadata; called with `new`, it constructs and traces nothing. A class is given back as it is.
 */
export function wrap(
  original: Callable,
  kind: WrapKind,
  options: WrapOptions,
  redactedPositions: ReadonlySet<number> = noPositions,
): Callable {
  if (isClass(original)) return original;
  const definition = defineCall(original, kind, options, redactedPositions);
  const call = (self: unknown, args: readonly unknown[]): unknown => {
    if (shared.recording === 0 || shared.reading) return Reflect.apply(original, self, args);
    const invocation = new Invocation(original, self, args);
    let tracer: Tracer | undefined;
    try {
      const scope = activeScope();
      tracer = activeTracer(scope);
      if (tracer === undefined) return invocation.run();
      return tracer.call({ definition, args, scope, invoke: () => invocation.run(), invocation });
    } catch (error) {
      return invocation.settle(error, (failure) => reportFailure(failure, tracer));
    }
  };
  return imitate(original, call);
}

/** A function that is called as `call` says and looks like `original` in everything. */
export function imitate(original: Callable, call: Call): Callable {
  const wrapper = Object.hasOwn(original, 'prototype') ? constructible(original, call) : notConstructible(call);
  resemble(wrapper, original);
  originals.set(wrapper, original);
  return wrapper;
}

export type Call = (self: unknown, args: readonly unknown[]) => unknown;

function constructible(original: Callable, call: Call): Callable {
  return function wrapper(this: unknown, ...args: readonly unknown[]): unknown {
    if (new.target === undefined) return call(this, args);
    return Reflect.construct(original, args, new.target === wrapper ? original : new.target);
  };
}

/** Methods and arrow functions have no `prototype`, by which libraries tell them from classes: nor has a method. */
function notConstructible(call: Call): Callable {
  const holder: Record<'wrapper', Callable> = {
    wrapper(...args) {
      return call(this, args);
    },
  };
  return holder.wrapper;
}

/** A class has no call to trace, and a stand-in for it would lose its private statics. */
function isClass(original: Callable): boolean {
  return classHead.test(Function.prototype.toString.call(original));
}

/** What is known of a function before it is called. */
export function defineCall(
  original: Callable,
  kind: WrapKind,
  options: WrapOptions,
  redactedPositions: ReadonlySet<number> = noPositions,
): CallDefinition {
  const { name, params, redact = [], includeInput = true, includeOutput = true, ...rest } = options;
  const source = (): string => Function.prototype.toString.call(authorsFunction(original));
  return {
    options: {
      ...rest,
      type: options.type ?? (kind === 'generation' ? 'generation' : 'span'),
      name: name ?? (original.name || 'anonymous'),
    },
    isTrace: kind === 'trace',
    isGenerator: types.isGeneratorFunction(authorsFunction(original)),
    isAsync: types.isAsyncFunction(authorsFunction(original)),
    includeInput,
    includeOutput,
    inputOf: createInputNaming({ params, redact, redactedPositions, source }),
  };
}

function authorsFunction(wrapped: object): object {
  const original = originals.get(wrapped);
  return original === undefined ? wrapped : authorsFunction(original);
}

/** Frameworks read names, lengths, properties and metadata off functions: Nest finds its routes by them. */
function resemble(wrapper: Callable, original: Callable): void {
  Reflect.setPrototypeOf(wrapper, Reflect.getPrototypeOf(original));
  for (const key of Reflect.ownKeys(original)) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor !== undefined) Reflect.defineProperty(wrapper, key, descriptor);
  }
  copyMetadata(original, wrapper);
}
