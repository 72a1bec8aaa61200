import { join } from 'node:path';
import { styleText } from 'node:util';
import { fileURLToPath } from 'node:url';
import { cli, ServerOptions } from '@livekit/agents';
import { init, InMemoryTraceExporter, SqliteTraceExporter } from 'clew';
import { VoiceObservability } from 'clew/livekit';
import { renderCall, type CallPaint } from 'clew/voice';
import { liveTurns } from './live-turns.ts';
import { scriptedCall } from './scripted-call.ts';

const folder = '.clew';
const database = join(folder, 'clew.db');

// One meaning for each colour: cyan is the caller, green the agent, yellow what happened, red what failed.
const paint: CallPaint = {
  user: (text) => styleText('cyan', text),
  agent: (text) => styleText('green', text),
  detail: (text) => styleText('dim', text),
  event: (text) => styleText('yellow', text),
  error: (text) => styleText('red', text),
};

const queries = [
  'SELECT role, transcript, round(ttfa_ms) AS ttfa_ms, interrupted, cost_usd FROM turns WHERE trace_id = (SELECT trace_id FROM calls ORDER BY start_time DESC LIMIT 1) ORDER BY start_time',
  'SELECT kind, model, count(*) AS n, round(avg(ttft_ms)) AS first_ms, sum(cost_usd) AS cost_usd FROM stages GROUP BY kind, model',
];

async function playCall(): Promise<void> {
  const memory = new InMemoryTraceExporter();
  init({
    name: 'voice-support',
    exporters: [memory, new SqliteTraceExporter(database), liveTurns(process.stdout, paint)],
  });
  const observability = new VoiceObservability();
  console.log(`${styleText('bold', 'A call')}  played in this process, in real time, by a script`);
  console.log(
    styleText('dim', 'LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and the word dev, join real rooms.\n'),
  );
  await scriptedCall((session) =>
    observability.attach(session, { agentId: 'support', agentVersion: '1', userId: 'ada' }),
  );
  await observability.shutdown();
  for (const call of memory.traces) {
    console.log(`\n${renderCall(call, paint)}\n`);
    const { ref } = call.voice?.audio ?? {};
    if (ref !== undefined) console.log(`${styleText('dim', 'the call, mixed')}  ${join(folder, 'audio', ref)}\n`);
  }
  for (const query of queries) console.log(`${styleText('cyan', `sqlite3 -box ${database} "${query}"`)}\n`);
}

const { LIVEKIT_URL: url, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = process.env;
if (url !== undefined && key !== undefined && secret !== undefined) {
  cli.runApp(new ServerOptions({ agent: fileURLToPath(new URL('worker.ts', import.meta.url)) }));
} else {
  await playCall();
  // LiveKit's timers would keep the process for another 15 s.
  process.exit();
}
