import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sample } from './measurement.ts';

export interface SelfTime {
  readonly fn: string;
  readonly place: string;
  readonly share: number;
}

export interface Profile {
  readonly selfTimes: readonly SelfTime[];
  readonly sample: Sample;
}

function placeOf(url: string, line: number): string {
  if (url === '') return '';
  const path = url.startsWith('file:') ? relative(process.cwd(), fileURLToPath(url)) : url;
  return `${path.replace(/^.*node_modules\//, '')}:${line + 1}`;
}

/** Self time by function over one round, the warm-up not in it, sampled every 100 µs. */
export async function profileSelfTime(round: () => Promise<Sample>): Promise<Profile> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  const sample = await round();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();

  const nodes = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const micros = new Map<string, { fn: string; place: string; time: number }>();
  let total = 0;
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const frame = nodes.get(id);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const fn = frame.functionName === '' ? '(anonymous)' : frame.functionName;
    const place = placeOf(frame.url, frame.lineNumber);
    const row = micros.get(`${fn} ${place}`) ?? { fn, place, time: 0 };
    const time = profile.timeDeltas?.[index] ?? 0;
    row.time += time;
    total += time;
    micros.set(`${fn} ${place}`, row);
  }
  const selfTimes = [...micros.values()]
    .toSorted((a, b) => b.time - a.time)
    .map(({ fn, place, time }) => ({ fn, place, share: time / total }));
  return { selfTimes, sample };
}
