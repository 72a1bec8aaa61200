import { fileURLToPath } from 'node:url';
import { cli, ServerOptions } from '@livekit/agents';
import { init, InMemoryTraceExporter } from 'clew';
import { VoiceObservability } from 'clew/livekit';
import { renderCall } from 'clew/voice';
import { Conversation } from '../../test/fixtures/livekit/conversation.ts';

/** `main.ts dev` with LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET joins real rooms. */
function joinRooms(): void {
  cli.runApp(new ServerOptions({ agent: fileURLToPath(new URL('worker.ts', import.meta.url)) }));
}

/** Without them a call is played in this process, with a scripted recogniser, model and voice. */
async function playCall(): Promise<void> {
  const memory = new InMemoryTraceExporter();
  init({ name: 'voice-minimal', exporter: memory });
  const observability = new VoiceObservability();
  {
    await using call = await Conversation.start({
      attach: (session) => observability.attach(session, { agentId: 'voice-minimal' }),
      answer: () => ({ text: 'Good to hear you.' }),
    });
    call.session.say('Hello, how can I help?');
    await call.settled();
    await call.userSays('Good morning');
    await call.agentIs('speaking');
    await call.settled();
  }
  await observability.shutdown();
  for (const call of memory.traces) console.log(renderCall(call));
}

const { LIVEKIT_URL: url, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = process.env;
if (url !== undefined && key !== undefined && secret !== undefined) joinRooms();
else {
  await playCall();
  // LiveKit's timers would keep the process for another 15 s.
  process.exit();
}
