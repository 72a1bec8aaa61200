import { defineAgent, voice } from '@livekit/agents';
import { VoiceObservability } from 'clew/livekit';

const observability = new VoiceObservability({ name: 'voice-minimal' });

/** What LiveKit runs for each room: a session, clew attached to it, a greeting. */
export default defineAgent({
  entry: async (job) => {
    await job.connect();
    // LiveKit's own gateway serves these by name; plugins of your own are told of just as well.
    const session = new voice.AgentSession({
      stt: 'deepgram/nova-3',
      llm: 'openai/gpt-4.1-mini',
      tts: 'cartesia/sonic-2',
    });
    observability.attach(session, { agentId: 'voice-minimal', room: job.room, job });
    await session.start({ agent: new voice.Agent({ instructions: 'You are brief and kind.' }), room: job.room });
    session.say('Hello, how can I help?');
  },
});
