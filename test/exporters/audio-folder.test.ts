import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileTraceExporter } from 'clew';
import { SqliteTraceStore } from 'clew/store';
import { VoiceClient } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { filesIn, pcmOf, recordCall, setUpCalls, wavOf } from '../fixtures/audio-call.ts';
import { inDatabase, inFile, keep, keepers, refOf } from '../fixtures/audio-keepers.ts';
import { readLines } from '../fixtures/ndjson.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

describe.each(keepers)('%s', (_, create) => {
  it('V46 keeps a call’s recording beside its traces, for its user alone, under the name that the record tells', async () => {
    const kept = create();
    const { client, tracer, temporary } = setUpCalls([kept.exporter]);
    const { traceId } = await recordCall(client, 3);
    await tracer.shutdown();
    expect(filesIn(kept.folder)).toEqual([`${traceId}.wav`]);
    const path = join(kept.folder, `${traceId}.wav`);
    expect(readFileSync(path).equals(wavOf(pcmOf(3)))).toBe(true);
    expect([statSync(path).mode & 0o777, statSync(kept.folder).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('makes no folder where there is no recording', async () => {
    const kept = create();
    const { client, tracer } = setUpCalls([kept.exporter]);
    await recordCall(client, 0);
    await tracer.shutdown();
    expect(filesIn(kept.folder)).toEqual([]);
    expect(() => statSync(kept.folder)).toThrow('ENOENT');
  });

  it('V98 keeps an encrypted one as it is', async () => {
    const kept = create();
    const { client, tracer } = setUpCalls([kept.exporter], { audio: { key: '42'.repeat(32) } });
    const { traceId } = await recordCall(client, 1);
    await tracer.shutdown();
    expect(filesIn(kept.folder)).toEqual([`${traceId}.wav.encrypted`]);
  });

  it('has the later one of two with one name, whole', async () => {
    const kept = create();
    await Promise.all([keep(kept, refOf(1), 5_000_000), keep(kept, refOf(1), 5_000_000)]);
    await keep(kept, refOf(1), 70);
    expect(filesIn(kept.folder)).toEqual([refOf(1)]);
    expect(statSync(join(kept.folder, refOf(1))).size).toBe(70);
  });

  it('makes a file its user’s own, whatever its mode was, and the file that was there before it too', async () => {
    const kept = create();
    mkdirSync(kept.folder, { recursive: true });
    writeFileSync(join(kept.folder, refOf(1)), 'earlier', { mode: 0o666 });
    await keep(kept, refOf(1));
    expect(statSync(join(kept.folder, refOf(1))).mode & 0o777).toBe(0o600);
  });

  it.each(['../../outside.wav', '/outside.wav', '..', '.', '', 'a/b/c.wav', '..\\..\\outside.wav', 'a\0b'])(
    'puts nothing outside of its folder, whatever a recording is called: %j',
    async (ref) => {
      const kept = create();
      await keep(kept, refOf(1));
      const around = (): readonly string[] => [
        ...filesIn(kept.root),
        ...filesIn(dirname(kept.folder)),
        ...filesIn(dirname(kept.root)).filter((name) => name.includes('outside')),
      ];
      const before = around();
      await keep(kept, ref).catch(() => {});
      expect(around()).toEqual(before);
      for (const name of filesIn(kept.folder)) expect(statSync(join(kept.folder, name)).isFile()).toBe(true);
      expect(filesIn(kept.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    },
  );

  it('rejects where it cannot keep it, leaves no half behind, and keeps the next', async () => {
    const kept = create();
    await keep(kept, refOf(1));
    const missing = { codec: 'wav', byteLength: 1, durationMs: 1, isEncrypted: false, traceId: '2', ref: refOf(2) };
    await expect(kept.exporter.exportAudio?.({ ...missing, path: join(kept.root, 'none') })).rejects.toThrow('ENOENT');
    expect(filesIn(kept.folder)).toEqual([refOf(1)]);
    await keep(kept, refOf(3));
    expect(filesIn(kept.folder)).toEqual([refOf(1), refOf(3)]);
  });

  it('V107 costs the call nothing where there can be no folder: told, tried again, lost', async () => {
    const kept = create();
    mkdirSync(dirname(kept.folder), { recursive: true });
    writeFileSync(kept.folder, 'a file in its place');
    const { client, tracer, log, temporary } = setUpCalls([kept.exporter]);
    await recordCall(client, 1);
    expect(await tracer.shutdown()).toMatchObject({ dropped: 0, pending: 0 });
    expect(log.codes).toEqual(['warn exporter-failed', 'warn audio-lost']);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('V110 copies while the program goes on', async () => {
    const kept = create();
    let turns = 0;
    let isDone = false;
    const keeping = keep(kept, refOf(1), 20_000_000).then(() => (isDone = true));
    while (!isDone) {
      await new Promise(setImmediate);
      turns += 1;
    }
    await keeping;
    expect(turns).toBeGreaterThan(1);
  });

  it('takes one after its shutdown without harm', async () => {
    const kept = create();
    await kept.exporter.shutdown?.();
    await expect(keep(kept, refOf(1))).resolves.toBeUndefined();
  });
});

describe('recordings beside a database', () => {
  it('are found by the view of calls', async () => {
    const kept = inDatabase();
    const { client, tracer } = setUpCalls([kept.exporter]);
    const { traceId } = await recordCall(client, 1);
    await tracer.flush();
    const trace = await new SqliteTraceStore(join(kept.root, 'data', 'clew.db')).get(traceId);
    const ref = trace?.voice?.audio?.ref ?? '';
    await tracer.shutdown();
    expect(statSync(join(kept.folder, ref)).size).toBe(48_044);
  });
});

describe('recordings beside a file', () => {
  it('are named by the lines', async () => {
    const kept = inFile();
    const { client, tracer } = setUpCalls([kept.exporter]);
    const { traceId } = await recordCall(client, 1);
    await tracer.shutdown();
    expect(readLines(join(kept.root, 'calls.ndjson'))).toMatchObject([
      { kind: 'voice', amends: false, voice: { audio: { ref: `${traceId}.wav`, duration_ms: 1_000 } } },
    ]);
  });

  it('stay where they are when the file is set aside', async () => {
    const kept = inFile();
    const exporter = new FileTraceExporter(join(kept.root, 'calls.ndjson'), { maxBytes: 1_024, maxFiles: 1 });
    const { client, tracer } = setUpCalls([exporter]);
    for (let call = 0; call < 4; call += 1) await recordCall(client, 1);
    await tracer.shutdown();
    expect(filesIn(kept.folder)).toHaveLength(4);
  });
});

describe('an encoder of the user’s own', () => {
  it('cannot lead a recording out of the folder: the record and the file have one name', async () => {
    const kept = inFile();
    const { tracer } = setUpCalls([kept.exporter]);
    const encoder = {
      codec: 'mine',
      extension: '../../mine',
      start: () => ({ encode: (pcm: Int16Array) => new Uint8Array(pcm.length), end: () => new Uint8Array(1) }),
    };
    const client = new VoiceClient({ tracer, audio: { encoder, folder: temporaryFolder() } });
    await recordCall(client, 1);
    await tracer.shutdown();
    const [line] = readLines(join(kept.root, 'calls.ndjson')).map((each): unknown => each);
    const files = filesIn(kept.folder);
    expect(files).toHaveLength(1);
    expect(line).toMatchObject({ voice: { audio: { codec: 'mine', ref: files[0] } } });
  });
});
