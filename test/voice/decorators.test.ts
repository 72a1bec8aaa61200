import { generation } from 'clew';
import { agentTurn, currentSession, currentTurn, stage, turn, userTurn, VoiceClient } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, treesOf, type Recording } from '../flows/recording.ts';
import { call } from '../flows/untyped-call.ts';

class Receptionist {
  readonly name = 'Ada';

  @userTurn
  hear(text: string): string {
    return this.transcribe(text).text;
  }

  @userTurn()
  async hearLater(text: string): Promise<string> {
    await Promise.resolve();
    return text;
  }

  @userTurn({ metadata: { line: 2 }, redact: ['secret'] })
  hearSecret(secret: string): string {
    return `${secret.length} letters`;
  }

  @agentTurn
  answer(question: string): string {
    return `${this.name}: ${this.think(question)}`;
  }

  @agentTurn()
  async *speak(question: string): AsyncGenerator<string> {
    for (const word of this.words(question)) yield word;
  }

  @agentTurn({ includeOutput: false })
  *words(question: string): Generator<string> {
    yield* question.split(' ');
  }

  @turn('agent', { metadata: { tone: 'warm' } })
  greet(): string {
    return 'Welcome';
  }

  @turn('user')
  nod(): undefined {}

  @stage('stt', { provider: 'deepgram', model: 'nova-3' })
  transcribe(text: string): { text: string; confidence: number } {
    return { text, confidence: 0.97 };
  }

  @stage('llm', { model: 'gpt-4.1-mini', metadata: { prompt: 'v2' } })
  think(question: string): string {
    return this.ask(question);
  }

  @generation({ model: 'gpt-4.1-mini' })
  ask(question: string): string {
    return question.toUpperCase();
  }

  @agentTurn
  fails(): never {
    throw new Error('no voice');
  }

  @agentTurn
  async failsLater(): Promise<never> {
    await Promise.resolve();
    throw new Error('no voice');
  }

  @agentTurn
  around(): readonly [boolean, string | undefined] {
    currentTurn()?.setTranscript('said by hand', { language: 'en' });
    return [currentSession()?.isActive ?? false, currentTurn()?.role];
  }

  @agentTurn
  static opening(): string {
    return `open until ${this.closing()}`;
  }

  @stage('api_call')
  static closing(): string {
    return '22:00';
  }

  @userTurn
  readonly #hidden = (): string => 'private';

  reveal(): string {
    return this.#hidden();
  }
}

async function record(use: (receptionist: Receptionist) => unknown): Promise<Recording> {
  const recording = startRecording();
  const session = new VoiceClient(recording).startSession({ agentId: 'reception' });
  await session.run(() => use(new Receptionist()));
  await session.end();
  return recording;
}

function transcripts({ memory }: Recording): readonly unknown[] {
  return only(memory.traces).spans.flatMap(({ voice }) =>
    voice !== null && 'role' in voice ? [[voice.role, voice.transcript]] : [],
  );
}

describe('a decorated method of a call', () => {
  it('is a turn, or a stage of the turn around it, and does what it did', async () => {
    const recording = await record((ada) => {
      expect(ada.hear('hello')).toBe('hello');
      expect(ada.answer('why?')).toBe('Ada: WHY?');
    });
    expect(treesOf(recording.memory)).toBe(`\
reception
  user_turn
    stt
  agent_turn
    llm
      ask`);
    expect(spanNamed(only(recording.memory.traces), 'stt')).toMatchObject({
      type: 'generation',
      kind: 'stt',
      provider: 'deepgram',
      model: 'nova-3',
      input: { text: 'hello' },
      voice: { payload: { final_transcript: 'hello', final_confidence: 0.97 } },
    });
    expect(spanNamed(only(recording.memory.traces), 'llm').metadata).toEqual({ prompt: 'v2' });
  });

  it('has what it returns or yields for its transcript, unless that was set', async () => {
    const recording = await record(async (ada) => {
      ada.hear('hello');
      expect(await ada.hearLater('are you there?')).toBe('are you there?');
      const words: string[] = [];
      for await (const word of ada.speak('for what time')) words.push(word);
      expect(words).toEqual(['for', 'what', 'time']);
      ada.greet();
      ada.nod();
      expect(ada.around()).toEqual([true, 'agent']);
    });
    expect(transcripts(recording)).toEqual([
      ['user', 'hello'],
      ['user', 'are you there?'],
      ['agent', 'forwhattime'],
      ['agent', 'forwhattime'],
      ['agent', 'Welcome'],
      ['user', null],
      ['agent', 'said by hand'],
    ]);
  });

  it('takes options: metadata, and what is kept out of the record', async () => {
    const recording = await record((ada) => {
      expect(ada.hearSecret('rumpel')).toBe('6 letters');
      expect([...ada.words('a b')]).toEqual(['a', 'b']);
      ada.greet();
    });
    const [secret, words, greeting] = only(recording.memory.traces).spans.slice(1);
    expect(only(recording.memory.traces).text()).not.toContain('rumpel');
    expect(secret?.metadata).toEqual({ line: 2 });
    expect([words?.input, words?.output]).toEqual([{ question: 'a b' }, null]);
    expect(greeting?.metadata).toEqual({ tone: 'warm' });
  });

  it('throws and rejects as it did, and its turn says so', async () => {
    const recording = await record(async (ada) => {
      expect(() => ada.fails()).toThrow('no voice');
      await expect(ada.failsLater()).rejects.toThrow('no voice');
    });
    expect(treesOf(recording.memory)).toBe(`\
reception
  agent_turn  ERROR: no voice
  agent_turn  ERROR: no voice`);
  });

  it('may be static or private', async () => {
    const recording = await record((ada) => {
      expect(Receptionist.opening()).toBe('open until 22:00');
      expect(ada.reveal()).toBe('private');
    });
    expect(treesOf(recording.memory)).toBe('reception\n  agent_turn\n    api_call\n  user_turn');
  });

  it('keeps its name, its length, and what it is', () => {
    const { hear, speak, transcribe } = Receptionist.prototype;
    expect([hear, speak, transcribe].map(({ name, length }) => [name, length])).toEqual([
      ['hear', 1],
      ['speak', 1],
      ['transcribe', 1],
    ]);
    expect(Object.hasOwn(hear, 'prototype')).toBe(false);
  });

  it('just runs outside every call, also in a trace of text, and after the end of its call', async () => {
    const { tracer, memory, log } = startRecording();
    expect(new Receptionist().hear('hello')).toBe('hello');
    tracer.trace('text', () => expect(new Receptionist().answer('why?')).toBe('Ada: WHY?'));
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'reception' });
    await session.end();
    expect(session.run(() => new Receptionist().hear('hello'))).toBe('hello');
    expect(treesOf(memory)).toBe('text\n  ask\n\nreception');
    expect(log.codes).toEqual(['debug no-voice-session']);
  });

  it('stays what it was where its decorator is given nonsense', async () => {
    const decorate = (...given: readonly unknown[]): unknown => {
      class Odd {
        hear(text: string): string {
          return text;
        }
      }
      const [kind, ...args] = given;
      const holder = { stage, turn, userTurn, agentTurn };
      const decorator = call(holder, String(kind), ...args);
      const context = { kind: 'method', name: 'hear', addInitializer: () => {}, metadata: {} };
      const made: unknown = call({ decorator }, 'decorator', Odd.prototype.hear, context);
      return call({ hear: made ?? Odd.prototype.hear }, 'hear', 'hello');
    };
    await record(() => {
      const kinds = [
        ['stage', 'bogus'],
        ['stage', null],
        ['stage', 'stt', null],
        ['stage', 'stt', 7],
      ];
      const turns = [
        ['turn', 'nobody'],
        ['turn', 'user', null],
        ['userTurn', null],
        ['agentTurn', 7],
      ];
      for (const given of [...kinds, ...turns]) expect(decorate(...given)).toBe('hello');
    });
  });
});
