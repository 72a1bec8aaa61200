import { agentTurn, currentTurn, stage, turn, userTurn, VoiceClient } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import 'reflect-metadata';
import { redact } from 'clew';
import { only, spanNamed, startRecording, treeOf, type Recording } from '../flows/recording.ts';

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

  @agentTurn({ metadata: { tone: 'warm' } })
  answer(@redact() secret: string): string {
    return `${this.name}: ${this.think(secret.length)}`;
  }

  @agentTurn
  *words(): Generator<string> {
    yield 'For ';
    yield 'what time?';
  }

  @turn('agent')
  async *speak(): AsyncGenerator<string> {
    yield 'For ';
    yield 'what time?';
  }

  @stage('stt', { provider: 'deepgram', model: 'nova-3' })
  transcribe(text: string): { text: string; confidence: number } {
    return { text, confidence: 0.97 };
  }

  @stage('llm')
  think(length: number): string {
    return `${currentTurn()?.role} ${length}`;
  }

  @stage('tts')
  async *say(_text: string): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(480);
  }

  @agentTurn
  fails(): never {
    throw new Error('no voice');
  }

  @userTurn
  static first(): string {
    return 'hello';
  }
}

async function record(use: (receptionist: Receptionist) => unknown): Promise<Recording> {
  const recording = startRecording();
  const session = new VoiceClient(recording).startSession({ agentId: 'reception' });
  await session.run(() => use(new Receptionist()));
  await session.end();
  return recording;
}

describe('a method decorated in the legacy protocol', () => {
  it('is a turn, or a stage of the turn around it, and does what it did', async () => {
    const { memory } = await record(async (ada) => {
      expect(ada.hear('hello')).toBe('hello');
      expect(await ada.hearLater('are you there?')).toBe('are you there?');
      expect(ada.answer('rumpel')).toBe('Ada: agent 6');
      expect([...ada.words()]).toEqual(['For ', 'what time?']);
      for await (const part of ada.speak()) expect(part).toBeTypeOf('string');
      for await (const bytes of ada.say('Welcome')) expect(bytes).toHaveLength(480);
      expect(Receptionist.first()).toBe('hello');
      expect(() => ada.fails()).toThrow('no voice');
    });
    const trace = only(memory.traces);
    expect(treeOf(trace)).toBe(`\
reception
  user_turn
    stt
  user_turn
  agent_turn
    llm
  agent_turn
  agent_turn
  tts
  user_turn
  agent_turn  ERROR: no voice`);
    const turns = trace.spans.flatMap(({ voice }) => (voice !== null && 'role' in voice ? [voice.transcript] : []));
    expect(turns).toEqual([
      'hello',
      'are you there?',
      'Ada: agent 6',
      'For what time?',
      'For what time?',
      'hello',
      null,
    ]);
    expect(spanNamed(trace, 'stt')).toMatchObject({
      provider: 'deepgram',
      model: 'nova-3',
      voice: { payload: { final_transcript: 'hello', final_confidence: 0.97 } },
    });
    expect(spanNamed(trace, 'tts').voice).toMatchObject({ payload: { text_input: 'Welcome', audio_bytes: 480 } });
    expect(spanNamed(trace, 'agent_turn')).toMatchObject({ metadata: { tone: 'warm' } });
    expect(trace.text()).not.toContain('rumpel');
  });

  it('keeps its name, its length and its metadata', () => {
    const { answer, words, transcribe } = Receptionist.prototype;
    expect([answer, words, transcribe].map(({ name, length }) => [name, length])).toEqual([
      ['answer', 1],
      ['words', 0],
      ['transcribe', 1],
    ]);
    expect(Reflect.getMetadata('design:paramtypes', Receptionist.prototype, 'transcribe')).toEqual([String]);
    expect(Reflect.getMetadata('design:returntype', Receptionist.prototype, 'answer')).toBe(String);
  });

  it('just runs outside every call', async () => {
    const { tracer, memory } = startRecording();
    expect(new Receptionist().hear('hello')).toBe('hello');
    tracer.trace('text', () => expect([...new Receptionist().words()]).toHaveLength(2));
    await expect(new Receptionist().hearLater('hello')).resolves.toBe('hello');
    expect(() => new Receptionist().fails()).toThrow('no voice');
    expect(only(memory.traces).spans).toHaveLength(1);
  });
});
