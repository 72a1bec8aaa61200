import { init, InMemoryTraceExporter } from 'clew';
import { renderCall, startSession } from 'clew/voice';
import { Receptionist } from './receptionist.ts';

const memory = new InMemoryTraceExporter();
init({ name: 'reception', exporter: memory });

const session = startSession({ agentId: 'reception_v1', transport: 'websocket', userId: 'user_42' });
const receptionist = new Receptionist();

// Without decorators: a greeting, told by hand.
session.agentTurn((turn) => {
  turn.stage('tts', { provider: 'cartesia', model: 'sonic-2' }, (tts) => {
    tts.setPayload({ textInput: 'Good morning.', audioDurationMs: 900, ttfbMs: 90 });
  });
  turn.setTranscript('Good morning.');
});

// With them: `run` is all it takes for them to find the call.
await session.run(async () => {
  await receptionist.answer(await receptionist.hear({ text: 'I forgot my password', milliseconds: 1_800 }));
  await receptionist.answer(await receptionist.hear({ text: 'No, that was all', milliseconds: 1_100 }));
});

session.setTransportQuality({ mosScore: 4.2, packetLossPct: 0.3, jitterMs: 18 });
await session.end({ reason: 'user_left' });

for (const call of memory.traces) console.log(renderCall(call));
