import { defineAgent, voice } from '@livekit/agents';
import { VoiceObservability } from 'clew/livekit';
import { createSupportAgent } from './support-agent.ts';

const observability = new VoiceObservability({ name: 'voice-support' });

export default defineAgent({
  entry: async (job) => {
    await job.connect();
    const session = new voice.AgentSession({
      stt: 'deepgram/nova-3',
      llm: 'openai/gpt-4.1-mini',
      tts: 'cartesia/sonic-2',
    });
    observability.attach(session, { agentId: 'support', agentVersion: '1', room: job.room, job });
    await session.start({ agent: createSupportAgent(), room: job.room });
    session.say('Hello, you have reached support. What can I do for you?');
  },
});
