import { createTracer, InMemoryTraceExporter, type Tracer } from '../../dist/index.js';
import { VoiceClient, type VoiceSession } from '../../dist/voice.js';
import type { Subject } from '../subject.ts';

const turnsPerCall = 20;
const heard = 'I cannot log in, could you look into it for me please';
const said = 'Of course. I have sent you a link with which you can choose a new password.';
const prompt = [{ role: 'user', content: heard }];

/** A turn of three stages as calls tell of it. */
function voiceTurn(session: VoiceSession): void {
  session.agentTurn((turn) => {
    turn.stage('stt', { provider: 'deepgram', model: 'nova-3' }, (stt) => {
      stt.setPayload({ audioDurationMs: 2_400, finalTranscript: heard, finalConfidence: 0.97, language: 'en' });
    });
    turn.stage('llm', { provider: 'openai', model: 'gpt-4.1-mini' }, (llm) => {
      llm.setPayload({ promptTokens: 420, completionTokens: 20, ttftMs: 320, prompt, completion: said });
    });
    turn.stage('tts', { provider: 'cartesia', model: 'sonic-2' }, (tts) => {
      tts.setPayload({ textInput: said, audioDurationMs: 4_100, ttfbMs: 140 });
    });
    turn.setTranscript(said);
  });
}

/** The same as spans that know nothing of voice. */
function plainTurn(tracer: Tracer): void {
  tracer.span('agent_turn', { kind: 'agent' }, (turn) => {
    turn.generation('stt', { provider: 'deepgram', model: 'nova-3' }, (stt) => {
      stt.update({ usage: { audioMs: 2_400 }, output: { transcript: heard, confidence: 0.97, language: 'en' } });
    });
    turn.generation('llm', { provider: 'openai', model: 'gpt-4.1-mini', input: prompt }, (llm) => {
      llm.update({ usage: { inputTokens: 420, outputTokens: 20 }, ttftMs: 320, output: said });
    });
    turn.generation('tts', { provider: 'cartesia', model: 'sonic-2', input: said }, (tts) => {
      tts.update({ usage: { audioMs: 4_100, characters: said.length }, ttftMs: 140 });
    });
    turn.update({ output: said });
  });
}

function subject(name: string, call: (tracer: Tracer, client: VoiceClient) => void): Subject {
  return {
    name,
    async setup() {
      const exporter = new InMemoryTraceExporter();
      const tracer = createTracer({ name: 'bench', exporter });
      const client = new VoiceClient({ tracer });
      return {
        unitsPerTurn: turnsPerCall,
        turnsPerBatch: 10,
        turn: async () => call(tracer, client),
        reset: () => exporter.clear(),
        async teardown() {
          await tracer.shutdown();
        },
      };
    },
  };
}

export const voiceSpans = subject('voice-spans', (tracer) => {
  tracer.trace('support', () => {
    for (let n = 0; n < turnsPerCall; n += 1) plainTurn(tracer);
  });
});

export const voiceTurns = subject('voice-turns', (_tracer, client) => {
  const session = client.startSession({ agentId: 'support' });
  for (let n = 0; n < turnsPerCall; n += 1) voiceTurn(session);
  void session.end({ reason: 'user_left' });
});
