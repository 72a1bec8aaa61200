import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn } from '../fixtures/audio-call.ts';
import { IngestServer } from '../fixtures/ingest-server.ts';
import { readLines } from '../fixtures/ndjson.ts';
import { runScript, type ScriptResult } from '../fixtures/script.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { only } from '../flows/recording.ts';

interface Ending {
  readonly result: ScriptResult;
  readonly traceId: string;
  /** Its lines, where it writes into a file. */
  readonly path: string;
  /** Recordings where they are kept. */
  readonly kept: readonly string[];
  /** Recordings, whole or half, in the system's folder for temporary files. */
  readonly left: readonly string[];
}

async function endBy(way: string, place?: string, seconds = 30): Promise<Ending> {
  const folder = temporaryFolder();
  const path = join(folder, 'calls.ndjson');
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const env = { TMPDIR: temporary, TMP: temporary, TEMP: temporary };
  const result = await runScript('audio-exit.ts', { args: [place ?? path, way, String(seconds)], env });
  const [traceId = ''] = result.stdout.split('\n');
  const left = filesIn(temporary).filter((name) => name.startsWith('clew-'));
  return { result, traceId, path, left, kept: filesIn(`${path}.audio`) };
}

/** 30 s. */
const wavBytes = 44 + 30 * 48_000;

describe('a process that ends with its calls ended', () => {
  it.each(['awaited', 'client', 'end', 'end unawaited', 'exit after end'])(
    'V54, V96 has all of them: %s',
    async (way) => {
      const { result, path, traceId, kept, left } = await endBy(way);
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(kept).toEqual([`${traceId}.wav`]);
      expect(statSync(join(`${path}.audio`, `${traceId}.wav`)).size).toBe(wavBytes);
      expect(readLines(path).map((line): unknown => line)).toMatchObject([
        { outcome: 'ok', voice: { status: 'ended', audio: { ref: `${traceId}.wav`, duration_ms: 30_000 } } },
      ]);
      expect(left).toEqual([]);
    },
  );

  it('V96 sends what is on its way, though nobody waits for it', async () => {
    await using server = await IngestServer.start();
    const { result, traceId, left } = await endBy('end', server.baseUrl);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(server.uploads.map(({ path, audio }) => [path, audio.length])).toEqual([
      [`/api/voice/${traceId}/audio`, wavBytes],
    ]);
    expect(left).toEqual([]);
  });

  it('V95 waits for an upload that the program waits for', async () => {
    await using server = await IngestServer.start();
    const { result, traceId, left } = await endBy('upload', server.baseUrl);
    expect(result).toEqual({ code: 0, stdout: `${traceId}\ntrue`, stderr: '' });
    expect(only(server.uploads).audio.equals(Buffer.alloc(300_000, 'sound'))).toBe(true);
    expect(left).toEqual([]);
  });

  it('leaves no temporary file behind where it goes while a recording is on its way', async () => {
    const { result, left } = await endBy('exit after end', 'nowhere');
    expect(result.code).toBe(0);
    expect(left).toEqual([]);
  });

  it('says so where it goes while a recording is on its way', async () => {
    const { result } = await endBy('exit after end', 'nowhere');
    expect(result.stderr).toContain('"code":"audio-lost"');
  });

  it('leaves no half of a recording where it goes while one is copied', async () => {
    const { result, path, traceId, kept, left } = await endBy('exit after end', undefined, 600);
    expect(result.code).toBe(0);
    expect([kept.filter((name) => name !== `${traceId}.wav`), left]).toEqual([[], []]);
    for (const name of kept) expect(statSync(join(`${path}.audio`, name)).size).toBe(44 + 600 * 48_000);
  });

  it('leaves no temporary file behind where a shutdown came too late for a recording', async () => {
    const { result, left } = await endBy('shutdown that is late', 'nowhere');
    expect(result.code).toBe(0);
    expect(left).toEqual([]);
  });

  it('says so where a shutdown came too late for a recording', async () => {
    const { result } = await endBy('shutdown that is late', 'nowhere');
    expect(result.stderr).toContain('"code":"audio-lost"');
  });

  it('V119 tells a call as ended that was ended, though it goes in the same moment', async () => {
    const { result, path, left } = await endBy('exit in end');
    expect(result.code).toBe(0);
    expect(readLines(path).map((line): unknown => line)).toMatchObject([{ outcome: 'ok', voice: { status: 'ended' } }]);
    expect(left).toEqual([]);
  });
});

describe('a process that goes in the middle of a call', () => {
  it('V119 says of the call that it goes on: no end, and no recording that is not there', async () => {
    const { result, path, kept } = await endBy('exit in call');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(readLines(path).map((line): unknown => line)).toMatchObject([
      { outcome: 'no_end', voice: { status: 'active', end_reason: null, audio: null } },
    ]);
    expect(kept).toEqual([]);
  });

  it.each(['exit in call', 'in call', 'shutdown in call'])(
    'leaves nothing of what was said in the folder for temporary files: %s',
    async (way) => {
      const { result, left, kept, traceId } = await endBy(way);
      expect(result.code).toBe(0);
      expect(left).toEqual([]);
      expect(kept.filter((name) => name !== `${traceId}.wav`)).toEqual([]);
    },
  );
});
