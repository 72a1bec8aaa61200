/**
 * What a recording takes from a call: the time that the tap adds to a frame on its way, and the memory of a call of two
 * hours. Run by itself this file is the process of one row.
 */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTracer, FileTraceExporter } from '../dist/index.js';
import { VoiceClient, type AgentAudio } from '../dist/voice.js';
import { runAside } from './aside.ts';
import { temporaryFolder } from './subjects/temporary-file.ts';

export interface CallAudioCost {
  readonly what: string;
  /** Microseconds for a frame of 20 ms. */
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** MiB in use above the start, heap and buffers, at most and at the end. */
  readonly memoryMost: number;
  readonly memoryEnd: number;
  readonly hours: number;
}

const frameMs = 20;
const rows = [
  { what: "the user's frame, 24 kHz", sampleRate: 24_000, side: 'user' },
  { what: "the user's frame, 48 kHz", sampleRate: 48_000, side: 'user' },
  { what: "the agent's frame, 24 kHz", sampleRate: 24_000, side: 'agent' },
] as const;

export async function measureCallAudio(hours: number): Promise<readonly CallAudioCost[]> {
  const costs: CallAudioCost[] = [];
  for (const { what } of rows) {
    const result = await runAside(import.meta.filename, [what, String(hours)]);
    if (!isCost(result)) throw new Error(`the process of '${what}' answered ${JSON.stringify(result)}`);
    costs.push(result);
  }
  return costs;
}

function isCost(message: unknown): message is CallAudioCost {
  return typeof message === 'object' && message !== null && 'p999' in message;
}

/** A call whose clock runs as fast as frames come: two hours in seconds. */
async function play(what: string, hours: number): Promise<CallAudioCost> {
  const row = rows.find((each) => each.what === what) ?? rows[0];
  const folder = temporaryFolder();
  const start = performance.now();
  let callMs = 0;
  const realNow = performance.now.bind(performance);
  performance.now = () => start + callMs;
  const tracer = createTracer({ exporter: new FileTraceExporter(join(folder.path, 'calls.ndjson')) });
  const client = new VoiceClient({ tracer, audio: { folder: folder.path, key: 'ab'.repeat(32) } });
  const session = client.startSession({ agentId: 'bench' });
  const recorder = session.recordAudio();
  if (recorder === undefined) throw new Error('nobody records');
  const samples = (row.sampleRate * frameMs) / 1000;
  const data = Int16Array.from({ length: samples }, (_, n) => Math.round(Math.sin(n / 9) * 8_000));
  const frame = { data, sampleRate: row.sampleRate, channels: 1 };
  const frames = (hours * 3_600_000) / frameMs;
  const times = new Float64Array(frames);
  const before = memory();
  let most = 0;
  for (let n = 0; n < frames; n += 1) {
    callMs += frameMs;
    const from = realNow();
    if (row.side === 'agent') recorder.agent.captured(frame);
    else recorder.user(frame);
    times[n] = (realNow() - from) * 1000;
    if (row.side === 'agent') tellPlayback(recorder.agent, n);
    // The disk gets its turn as it would between two frames.
    if (n % 50 === 49) await nextTurn();
    if (n % 90_000 === 89_999) most = Math.max(most, memory() - before);
  }
  const end = memory() - before;
  performance.now = realNow;
  await session.end();
  await tracer.shutdown();
  folder.remove();
  return { what: row.what, ...summary(times), memoryMost: Math.max(most, end), memoryEnd: end, hours };
}

/** The agent says something for ten seconds, again and again. */
function tellPlayback(agent: AgentAudio, frame: number): void {
  const speechFrames = 500;
  if (frame % speechFrames === 0) agent.started();
  if (frame % speechFrames === speechFrames - 1) agent.finished(speechFrames * frameMs, false);
}

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1_048_576;
}

function summary(times: Float64Array): Pick<CallAudioCost, 'mean' | 'p50' | 'p99' | 'p999'> {
  const sorted = times.toSorted();
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return {
    mean: sorted.reduce((sum, time) => sum + time, 0) / sorted.length,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
  };
}

if (import.meta.main) {
  const [what = '', hours = '2'] = process.argv.slice(2);
  process.send?.(await play(what, Number(hours)));
}
