import { isCallable, type Callable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import type { CallDefinition } from '../call/definition.ts';
import type { MemberDecorator } from '../decorators/decorator.ts';
import { decorateMember, isDecoration, refuseFunction } from '../decorators/member.ts';
import { defineCall, imitate, type MemberWrapper, type WrapOptions } from '../decorators/wrap.ts';
import { givenOptions } from '../span/span-options.ts';
import type { Span } from '../span/span.ts';
import { stageKinds, type StageKind, type TurnRole } from '../span/voice.ts';
import { currentSpan, activeTracer } from '../tracer/active.ts';
import type { Tracer } from '../tracer/tracer.ts';
import type { CallSteps } from './call-steps.ts';
import { callOf } from './session.ts';
import { StageOutput } from './stage-output.ts';
import { turnOf } from './turn.ts';
import { TurnOutput } from './turn-output.ts';

/** What can be said of a method that is a turn. */
export type TurnDecoratorOptions = Pick<
  WrapOptions,
  'params' | 'redact' | 'includeInput' | 'includeOutput' | 'metadata'
>;

/** What can be said of a method that is a stage. */
export interface StageDecoratorOptions extends TurnDecoratorOptions {
  readonly provider?: string;
  readonly model?: string;
}

/** Works bare, with `()` and with options. */
export type TurnDecorator = MemberDecorator & ((options?: TurnDecoratorOptions) => MemberDecorator);

/**
 * A method that takes a turn of the user's: it finds the call by context, as `@span` finds its parent. Outside a call
 * the method runs as if it were undecorated. A text that it returns or yields is the transcript unless one was set.
 *
 * @example
 * ```ts
 * import { init } from 'clew';
 * import { agentTurn, stage, startSession, userTurn } from 'clew/voice';
 * init({ mode: 'memory' });
 * class Receptionist {
 *   @userTurn
 *   hear(audio: Uint8Array) {
 *     return this.transcribe(audio);
 *   }
 *   @stage('stt', { provider: 'deepgram', model: 'nova-3' })
 *   transcribe(audio: Uint8Array) {
 *     return { text: 'A table for two', confidence: 0.97, audioDurationMs: audio.length / 48 };
 *   }
 *   @agentTurn
 *   answer() {
 *     return 'For what time?';
 *   }
 * }
 * const session = startSession({ agentId: 'receptionist' });
 * session.run(() => {
 *   const receptionist = new Receptionist();
 *   receptionist.hear(new Uint8Array(96_000));
 *   receptionist.answer();
 * });
 * await session.end();
 * ```
 */
export const userTurn: TurnDecorator = createTurnDecorator('userTurn', 'user');

/** A method that takes a turn of the agent's. Used as `userTurn` is. */
export const agentTurn: TurnDecorator = createTurnDecorator('agentTurn', 'agent');

/** A method that takes a turn of whoever is named. */
export function turn(role: TurnRole, options: TurnDecoratorOptions = {}): MemberDecorator {
  return decoratorOf('turn', turnWrapper(role === 'user' ? 'user' : 'agent', givenOptions(options)));
}

/**
 * A method that is one step of a turn (V86). Its payload is read out of what it returns or yields, and timed by the first
 * part: the first token of an `llm`, the first byte of a `tts`. `currentTurn()` tells the turn, if more is to be said.
 */
export function stage(kind: StageKind, options: StageDecoratorOptions = {}): MemberDecorator {
  const isKnown = stageKinds.includes(kind);
  return decoratorOf('stage', isKnown ? stageWrapper(kind, givenOptions(options)) : (member) => member);
}

function createTurnDecorator(label: string, role: TurnRole): TurnDecorator {
  function decorator(first?: unknown, second?: unknown, third?: unknown): never;
  function decorator(first?: unknown, second?: unknown, third?: unknown): unknown {
    if (isDecoration(first, second)) return decorateMember(label, turnWrapper(role, {}), first, second, third);
    if (isCallable(first)) return refuseFunction(label, first);
    return decoratorOf(label, turnWrapper(role, isObject(first) ? first : {}));
  }
  return decorator;
}

function decoratorOf(label: string, wrapMember: MemberWrapper): MemberDecorator {
  function decorator(...args: readonly unknown[]): never;
  function decorator(...args: readonly unknown[]): unknown {
    return decorateMember(label, wrapMember, ...args);
  }
  return decorator;
}

function turnWrapper(role: TurnRole, options: TurnDecoratorOptions): MemberWrapper {
  const { metadata } = options;
  return wrapperOf(options, `@${role}Turn`, ({ steps, parent, begin }) => {
    const turnOptions = metadata === undefined ? {} : { metadata };
    return steps.openTurn(role, turnOptions, { parent, begin, reader: new TurnOutput() }).span;
  });
}

function stageWrapper(kind: StageKind, { provider, model, ...options }: StageDecoratorOptions): MemberWrapper {
  const { metadata } = options;
  const stageOptions = { provider, model, ...(metadata !== undefined && { metadata }) };
  // The speech itself is no output that anybody could read.
  const wrapOptions = kind === 'tts' ? { includeOutput: false, ...options } : options;
  return wrapperOf(wrapOptions, '@stage', ({ steps, parent, begin, args }) => {
    const reader = new StageOutput(kind, args);
    return steps.openStage(kind, stageOptions, { turn: turnOf(parent), parent, begin, reader }).span;
  });
}

/** A call of a decorated method inside a voice call. */
interface DecoratedCall {
  readonly steps: CallSteps;
  readonly parent: Span;
  readonly args: readonly unknown[];
  readonly begin: ReturnType<Tracer['beginning']>;
}

function wrapperOf(options: WrapOptions, label: string, open: (call: DecoratedCall) => Span): MemberWrapper {
  return (member, name, redacted) => {
    const definition = defineCall(member, 'span', { ...options, name }, redacted);
    return imitate(member, (self, args) => {
      const invoke = (): unknown => Reflect.apply(member, self, args);
      const parent = currentSpan();
      const steps = callOf(parent)?.steps;
      const tracer = activeTracer();
      if (tracer === undefined || parent === undefined || steps === undefined) return outside(tracer, label, invoke);
      return follow(tracer, definition, { args, invoke, open, steps, parent });
    });
  };
}

function follow(
  tracer: Tracer,
  definition: CallDefinition,
  call: Omit<DecoratedCall, 'begin'> & { readonly invoke: () => unknown; readonly open: (call: DecoratedCall) => Span },
): unknown {
  const begin = tracer.beginning(definition, call.args);
  return tracer.follow(() => call.open({ ...call, begin }), call.invoke, definition);
}

function outside(tracer: Tracer | undefined, label: string, invoke: Callable): unknown {
  tracer?.report.debug(
    'no-voice-session',
    `a method with ${label} was called outside a voice session; it ran and was not recorded. Call it inside session.run(…)`,
  );
  return invoke();
}
