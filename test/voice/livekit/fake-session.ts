import { EventEmitter } from 'node:events';
import type { LiveKitSession } from 'clew/livekit';
import type { HandClock } from './hand-clock.ts';

/** LiveKit's `AgentInput` and `AgentOutput`: what is set is an accessor of the class. */
export class FakeSide {
  #audio: unknown = null;

  get audio(): unknown {
    return this.#audio;
  }

  set audio(audio: unknown) {
    this.#audio = audio;
  }
}

/** LiveKit's `SpeechHandle`: what one answer is known by. To await it would be to wait until it is spoken. */
export class FakeSpeech {
  readonly id: string;
  readonly chatItems: unknown[] = [];
  interrupted = false;
  readonly #onDone: ((speech: FakeSpeech) => void)[] = [];

  constructor(id: string) {
    this.id = id;
    const refuse = (): never => {
      throw new Error('a speech was awaited');
    };
    for (const name of ['then']) Reflect.defineProperty(this, name, { value: refuse });
  }

  addDoneCallback(callback: (speech: FakeSpeech) => void): void {
    this.#onDone.push(callback);
  }

  /** It was spoken, or given up. */
  finish({ interrupted = this.interrupted }: { readonly interrupted?: boolean } = {}): void {
    this.interrupted = interrupted;
    for (const callback of this.#onDone.splice(0)) callback(this);
  }
}

export type Role = 'user' | 'assistant' | 'system' | 'developer';

/** What a message has beside its words. */
export interface Said {
  readonly id?: string;
  /** Versions before 1.4 had none. */
  readonly type?: string | undefined;
  readonly interrupted?: boolean;
  readonly transcriptConfidence?: number;
  readonly metrics?: object;
}

/** A tool that was run, as `function_tools_executed` tells of it. */
export interface ToolRun {
  readonly name: string;
  readonly args?: string;
  readonly output?: string;
  readonly isError?: boolean;
  readonly from: number;
  readonly until: number;
}

/** LiveKit's `AgentSession` from outside: its events, told one by one, at times of the test's choice. */
export class FakeSession extends EventEmitter {
  readonly input = new FakeSide();
  readonly output = new FakeSide();
  stt: unknown;
  llm: unknown;
  tts: unknown;
  _activity: { currentSpeech?: FakeSpeech | undefined } | undefined = {};
  _roomIO: unknown;
  usage: unknown = { modelUsage: [] };
  userState = 'listening';
  agentState = 'initializing';
  readonly #clock: HandClock;
  #items = 0;

  constructor(clock: HandClock) {
    super();
    this.#clock = clock;
  }

  /** What follows happens at this time. */
  at(ms: number): this {
    this.#clock.set(ms);
    return this;
  }

  tell(type: string, fields: object = {}): this {
    this.emit(type, { type, createdAt: Date.now(), ...fields });
    return this;
  }

  user(newState: 'speaking' | 'listening' | 'away'): this {
    const oldState = this.userState;
    this.userState = newState;
    return this.tell('user_state_changed', { oldState, newState });
  }

  /** Given a speech, that is what the agent is at from now on. */
  agent(newState: 'initializing' | 'idle' | 'listening' | 'thinking' | 'speaking', speech?: FakeSpeech): this {
    const oldState = this.agentState;
    this.agentState = newState;
    if (speech !== undefined && this._activity !== undefined) this._activity.currentSpeech = speech;
    return this.tell('agent_state_changed', { oldState, newState });
  }

  interim(transcript: string): this {
    return this.tell('user_input_transcribed', { transcript, isFinal: false, language: null, speakerId: null });
  }

  final(transcript: string, language: string | null = null): this {
    return this.tell('user_input_transcribed', { transcript, isFinal: true, language, speakerId: null });
  }

  speech(id: string, source: 'say' | 'generate_reply' | 'tool_response' = 'generate_reply'): FakeSpeech {
    const speechHandle = new FakeSpeech(id);
    this.tell('speech_created', { userInitiated: true, source, speechHandle });
    return speechHandle;
  }

  /** A message; of a speech where one is given, as LiveKit knows it of all that no program says. */
  said(role: Role, textContent: string, { speech, ...rest }: Said & { readonly speech?: FakeSpeech } = {}): this {
    this.#items += 1;
    const id = `item_${this.#items}`;
    const item = { id, type: 'message', role, textContent, content: [textContent], interrupted: false, ...rest };
    speech?.chatItems.push(item);
    return this.tell('conversation_item_added', { item });
  }

  handoff(newAgentId: string, oldAgentId?: string): this {
    return this.tell('conversation_item_added', { item: { type: 'agent_handoff', oldAgentId, newAgentId } });
  }

  measured(metrics: object): this {
    return this.tell('metrics_collected', { metrics });
  }

  tools(...runs: readonly ToolRun[]): this {
    const wall = (ms: number): number => this.#clock.wallAt(ms);
    return this.tell('function_tools_executed', {
      functionCalls: runs.map(({ name, args = '{}', from }, at) => ({
        type: 'function_call',
        callId: `call_${at}`,
        name,
        args,
        createdAt: wall(from),
      })),
      functionCallOutputs: runs.map(({ name, output = '"done"', isError = false, until }, at) => ({
        type: 'function_call_output',
        callId: `call_${at}`,
        name,
        output,
        isError,
        createdAt: wall(until),
      })),
    });
  }

  falseInterruption(resumed = true): this {
    return this.tell('agent_false_interruption', { resumed });
  }

  /** As LiveKit does it: where nobody listens, `emit` throws. */
  fail(message: string, { recoverable = false, type = 'llm_error' } = {}): this {
    try {
      this.tell('error', { error: { type, label: 'openai.LLM', error: new Error(message), recoverable } });
    } catch {
      // LiveKit's own retry loop has it.
    }
    return this;
  }

  close(reason = 'user_initiated', error: unknown = null): this {
    return this.tell('close', { reason, error });
  }
}

/** A session as `attach` takes it: Node's own types of an emitter, which take any listener, do not say that it is one. */
export function createSession(clock: HandClock): FakeSession & LiveKitSession {
  const session: unknown = new FakeSession(clock);
  if (!isSession(session)) throw new Error('a session is one');
  return session;
}

function isSession(value: unknown): value is FakeSession & LiveKitSession {
  return value instanceof FakeSession;
}
