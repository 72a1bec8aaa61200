import type { VoiceSession } from '../session.ts';
import type { Turn } from '../turn.ts';
import { AgentSpeech, type SpeechOrigin } from './agent-speech.ts';
import { textIn, valueIn, type LiveKitSession } from './livekit-session.ts';

/** Speeches that are done and may still be told of; then the oldest is forgotten. */
const mostDone = 50;

/** What a turn of the agent's is. */
interface Opening {
  readonly isReply: boolean;
  readonly isSpoken: boolean;
}

/** The agent's side of a call: which speech a piece of news belongs to. */
export class AgentSpeeches {
  readonly #livekit: LiveKitSession;
  readonly #session: VoiceSession;
  readonly #byId = new Map<string, AgentSpeech>();
  #last: AgentSpeech | undefined;

  constructor(livekit: LiveKitSession, session: VoiceSession) {
    this.#livekit = livekit;
    this.#session = session;
  }

  get all(): readonly AgentSpeech[] {
    return [...this.#byId.values()];
  }

  /** The one that is heard now. */
  get speaking(): AgentSpeech | undefined {
    return this.all.findLast(({ isSpeaking }) => isSpeaking);
  }

  /** The one that is heard, or was the last to be. */
  get lastHeard(): AgentSpeech | undefined {
    return this.#last;
  }

  /** What is being made: what LiveKit works on, unless that is over; else the newest that is not. */
  get current(): AgentSpeech | undefined {
    const named = this.byId(this.#currentId());
    return named?.isDone === false ? named : this.all.findLast(({ isDone }) => !isDone);
  }

  byId(id: string | undefined): AgentSpeech | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  add(origin: SpeechOrigin): AgentSpeech {
    const known = this.#byId.get(origin.id);
    if (known !== undefined) return known;
    const speech = new AgentSpeech(origin);
    this.#byId.set(origin.id, speech);
    this.#forget();
    return speech;
  }

  /** The speech that is heard from now on. One that nobody announced is taken as it is. */
  heard(at: number, open: (speech: AgentSpeech) => Turn): AgentSpeech {
    const id = this.#currentId() ?? this.current?.id ?? `speech at ${at}`;
    const speech = this.add({ id, handle: this.#currentHandle(), source: undefined, createdAt: at });
    speech.speak(() => open(speech));
    this.#last = speech;
    return speech;
  }

  /** Whose message an item is: of whose chat it is part, else of what was heard last. */
  ofItem(item: unknown): AgentSpeech | undefined {
    return this.all.findLast((speech) => speech.holds(item)) ?? this.#last ?? this.current;
  }

  open(speech: AgentSpeech, { isReply, isSpoken }: Opening, at: number): Turn {
    const isNamed = textIn(speech.handle, 'id') === speech.id;
    return this.#session.agentTurn({ startedAt: at, ...(isNamed && { speechId: speech.id }), isReply, isSpoken });
  }

  /** The handle that LiveKit works on, which no event names. */
  #currentId(): string | undefined {
    return textIn(this.#currentHandle(), 'id');
  }

  /** It names what is heard when the agent begins to speak; in other states it may still be the one before. */
  #currentHandle(): unknown {
    return valueIn(this.#livekit, 'activity', 'currentSpeech') ?? valueIn(this.#livekit, '_activity', 'currentSpeech');
  }

  #forget(): void {
    const done = this.all.filter(({ isDone, hasWaiting }) => isDone && !hasWaiting);
    for (const { id } of done.slice(0, -mostDone)) this.#byId.delete(id);
  }
}
