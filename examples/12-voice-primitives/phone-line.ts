import { setTimeout as sleep } from 'node:timers/promises';

/** What a caller says, and how long it takes them. */
export interface Utterance {
  readonly text: string;
  readonly milliseconds: number;
}

/** Stands in for a recogniser, a model and a voice, so that the example runs anywhere; yours are called the same way. */
export const phoneLine = {
  async recognise({ text, milliseconds }: Utterance) {
    await sleep(30);
    return { text, confidence: 0.97, language: 'en', audioDurationMs: milliseconds };
  },

  async *think(question: string) {
    await sleep(40);
    const answer = question.includes('password') ? 'Let me send you a link.' : 'Goodbye, and thank you.';
    for (const word of answer.split(/(?<= )/)) yield { choices: [{ delta: { content: word } }] };
    yield { choices: [], usage: { prompt_tokens: 420, completion_tokens: answer.split(' ').length } };
  },

  /** 24 kHz, one channel, as frames of 20 ms. */
  async *speak(text: string) {
    await sleep(20);
    for (let frame = 0; frame < text.length * 3; frame += 1) {
      yield { data: new Int16Array(480), sampleRate: 24_000, channels: 1 };
    }
  },
};
