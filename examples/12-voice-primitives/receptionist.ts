import { agentTurn, currentTurn, stage, userTurn } from 'clew/voice';
import { phoneLine, type Utterance } from './phone-line.ts';

/** An agent of your own making: no framework, three services, and decorators that find the call by themselves. */
export class Receptionist {
  @userTurn
  async hear(utterance: Utterance) {
    const { text } = await this.recognise(utterance);
    return text; // a text that a turn returns is its transcript
  }

  @stage('stt', { provider: 'deepgram', model: 'nova-3' })
  async recognise(utterance: Utterance) {
    return phoneLine.recognise(utterance);
  }

  @agentTurn
  async answer(question: string) {
    let text = '';
    for await (const { choices } of this.think(question)) text += choices[0]?.delta.content ?? '';
    for await (const frame of this.speak(text)) void frame; // to the caller's ear
    if (question.includes('password')) currentTurn()?.event('guardrail:identity', { verified: true });
    return text;
  }

  @stage('llm', { provider: 'openai', model: 'gpt-4.1-mini' })
  async *think(question: string) {
    yield* phoneLine.think(question); // usage and the first token's time are found in what it yields
  }

  @stage('tts', { provider: 'cartesia', model: 'sonic-2' })
  async *speak(text: string) {
    yield* phoneLine.speak(text); // the first byte's time, the length of the speech, its price
  }
}
