import { types } from 'node:util';
import type { Callable } from '../base/callable.ts';
import { shared } from '../base/shared.ts';
import { finishCall, followGenerator, runCall, threwInCall } from '../call/call.ts';
import { isCallbackName, keepsCallback } from '../call/callback.ts';
import type { CallDefinition } from '../call/definition.ts';
import type { Invocation } from '../call/invocation.ts';
import { activeScope } from '../context/scope.ts';
import type { TraceOptions } from '../span/span-options.ts';
import { activeTracer } from '../tracer/active.ts';
import { reportFailure } from '../tracer/own-failure.ts';
import { createInputNaming } from './call-input.ts';
import { readParameters, type DeclaredParameters } from './parameter-names.ts';
import { copyMetadata } from './metadata.ts';

/** What can be said of a function that is decorated or wrapped. */
export interface WrapOptions extends Omit<
  TraceOptions,
  'input' | 'usage' | 'costUsd' | 'ttftMs' | 'responseId' | 'toolCalls' | 'attempt' | 'traceparent' | 'tracestate'
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
/** How TypeScript, Babel, SWC and esbuild write an async function for older engines. */
const loweredAsync = /(?:return|=>)\s*\(?\s*(?:\w+\.)?(?:__awaiter|_?asyncToGenerator|_?async_to_generator|__async)\b/;

/**
 * Wraps a function so that each call is a span. The wrapper is the function in everything else: `this`, name, length,
 * properties, source text, and what is set on either later; called with `new`, it constructs and traces nothing. A class
 * is returned as it is. Never throws: what cannot be wrapped is returned too.
 */
export function wrap(
  original: Callable,
  kind: WrapKind,
  options: WrapOptions,
  redactedPositions: ReadonlySet<number> = noPositions,
): Callable {
  try {
    if (isClass(original)) return original;
    return standIn(original, handlerOf(defineCall(original, kind, options, redactedPositions)));
  } catch {
    return original;
  }
}

/** A function that is called as `call` says and is `original` in everything else. */
export function imitate(original: Callable, call: Call): Callable {
  return standIn(original, { get: readMember, apply: (_, self, args: readonly unknown[]) => call(self, args) });
}

export type Call = (self: unknown, args: readonly unknown[]) => unknown;

function standIn(original: Callable, handler: ProxyHandler<Callable>): Callable {
  const wrapper = new Proxy(original, handler);
  originals.set(wrapper, original);
  copyMetadata(original, wrapper);
  return wrapper;
}

/** Libraries read a function's source, or ship it elsewhere; a Proxy has none of its own. */
function readMember(original: Callable, key: PropertyKey): unknown {
  const value: unknown = Reflect.get(original, key);
  return key === 'toString' && value === Function.prototype.toString ? () => sourceOf(original) : value;
}

type Trap = (original: Callable, self: unknown, args: readonly unknown[]) => unknown;

/**
 * What a wrapper does when it is called. While nothing records there is no trap: the engine then calls the function
 * itself, which costs half of what a trap does.
 */
function handlerOf(definition: CallDefinition): ProxyHandler<Callable> {
  const trap = trapOf(definition);
  const handler = { get: readMember };
  return Object.defineProperty(handler, 'apply', { get: () => (shared.recording === 0 ? undefined : trap) });
}

/** A call of a wrapped function. Its frame is what a traced recursion costs, so that all it does is elsewhere. */
function trapOf(definition: CallDefinition): Trap {
  return (original, self, args) => {
    const call = startCall(definition, args);
    if (call === undefined) return Reflect.apply(original, self, args);
    if (!call.hasEntered) return runElsewhere(call, original, self);
    let result: unknown;
    try {
      result = Reflect.apply(call.replacement ?? original, self, call.args);
    } catch (error) {
      threwInCall(call, error);
      throw error;
    }
    return finishCall(call, result);
  };
}

/** Undefined where nothing is recorded. A call whose scope can be entered has entered it, until it is finished. */
function startCall(definition: CallDefinition, args: readonly unknown[]): Invocation | undefined {
  if (shared.reading) return undefined;
  try {
    const scope = activeScope();
    return activeTracer(scope)?.start(definition, args, scope);
  } catch (error) {
    reportFailure(error);
    return undefined;
  }
}

/** For generators, whose work begins later, and where a runtime only lets a scope be run in. */
function runElsewhere(call: Invocation, original: Callable, self: unknown): unknown {
  const invoke = (): unknown => Reflect.apply(call.replacement ?? original, self, call.args);
  return call.isLazy ? followGenerator(call, invoke) : runCall(call, invoke);
}

/** A class has no call to trace, and a stand-in for it would lose its private statics. */
function isClass(original: Callable): boolean {
  return classHead.test(sourceOf(original));
}

/** What is known of a function before it is called. */
export function defineCall(
  original: Callable,
  kind: WrapKind,
  options: WrapOptions,
  redactedPositions: ReadonlySet<number> = noPositions,
): CallDefinition {
  const { name, params, redact = [], includeInput = true, includeOutput = true, ...rest } = options;
  const author = authorsFunction(original);
  const isAsync = types.isAsyncFunction(author);
  const declared = once(() => readParameters(sourceOf(author)));
  return {
    options: {
      ...rest,
      type: options.type ?? (kind === 'generation' ? 'generation' : 'span'),
      name: name ?? nameOf(original),
    },
    isTrace: kind === 'trace',
    isGenerator: types.isGeneratorFunction(author),
    isAsync,
    ownsPromise: once(() => isAsync || loweredAsync.test(sourceOf(author).slice(0, 1_000))),
    takesCallback: once(() => hasCallback(declared()) && !keepsCallback(sourceOf(author))),
    includeInput,
    includeOutput,
    inputOf: createInputNaming({ params, redact, redactedPositions, declared }),
  };
}

function hasCallback(declared: DeclaredParameters | undefined): boolean {
  return declared?.names.some(isCallbackName) === true;
}

/** Reading a function's source makes its text, so that it is read when it is first needed. */
function once<Value>(read: () => Value): () => Value {
  let known: { readonly value: Value } | undefined;
  return () => (known ??= { value: read() }).value;
}

function authorsFunction(wrapped: object): object {
  const original = originals.get(wrapped);
  return original === undefined ? wrapped : authorsFunction(original);
}

/** Of a wrapper, that of what it wraps. Never throws: a revoked Proxy has none. */
function sourceOf(fn: object): string {
  try {
    return Function.prototype.toString.call(authorsFunction(fn));
  } catch {
    return '';
  }
}

/** A name may be anything, and behind a getter or a Proxy. */
function nameOf(fn: Callable): string {
  try {
    const name: unknown = types.isProxy(fn) && !originals.has(fn) ? undefined : fn.name;
    return typeof name === 'string' && name !== '' ? name : 'anonymous';
  } catch {
    return 'anonymous';
  }
}
