import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AudioRecording, TraceExporter, Tracer } from 'clew';
import { describe, expect, it } from 'vitest';
import {
  AudioKeeper,
  AudioTaker,
  type CallSetup,
  failing,
  filesIn,
  flushUntil,
  pcmOf,
  recordCall,
  setUpCalls,
  wavOf,
  until,
} from '../fixtures/audio-call.ts';

const wav = wavOf(pcmOf(1));
const hang = (): Promise<void> => new Promise(() => {});

/** Answers a recording when it is told to. */
function patient(): { readonly taker: AudioTaker; readonly answer: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { taker: new AudioTaker(() => promise), answer: resolve };
}

interface Pretended {
  readonly n: number;
  readonly byteLength: number;
  readonly removed: number[];
}

/** Hands over a recording that is said to be so large, and notes when it goes. */
function give(tracer: Tracer, { n, byteLength, removed }: Pretended): void {
  const traceId = String(n).padStart(32, '0');
  const facts = { path: '/nowhere', codec: 'wav', durationMs: 1, isEncrypted: false };
  const remove = async (): Promise<void> => void removed.push(n);
  void tracer.exportAudio({ ...facts, byteLength, traceId, ref: `${traceId}.wav` }, remove);
}

describe('a recording on its way to several exporters', () => {
  it('lies there until the last of them has answered, and then goes', async () => {
    const [quick, slow] = [new AudioKeeper(), patient()];
    const { client, temporary } = setUpCalls([quick, slow.taker]);
    const session = client.startSession({ agentId: 'support_v3' });
    const uploaded = session.uploadAudio(wav);
    await until(() => slow.taker.tries === 1);
    expect(quick.kept).toHaveLength(1);
    expect(filesIn(temporary)).toHaveLength(1);
    slow.answer();
    expect(await uploaded).toBe(true);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('reaches those that take it though another one fails at first, which then gets it too', async () => {
    const [fine, bad] = [new AudioKeeper(), failing(1)];
    const { client, tracer, temporary } = setUpCalls([bad, fine]);
    await recordCall(client, 1);
    expect(fine.kept).toHaveLength(1);
    await flushUntil(tracer, () => bad.kept.length > 0);
    expect([fine.kept.length, bad.tries]).toEqual([1, 2]);
    expect(bad.files[0]?.equals(wav)).toBe(true);
    await tracer.shutdown();
    expect(filesIn(temporary)).toEqual([]);
  });

  const failures: readonly [string, () => void | Promise<void>][] = [
    [
      'throws',
      () => {
        throw new Error('no room');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no room'))],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ];

  it.each(failures)(
    'V107 costs nothing else where one of them %s for ever, and is told as lost, once',
    async (_, fail) => {
      const [fine, bad] = [new AudioKeeper(), new AudioTaker(fail)];
      const { client, tracer, log, temporary } = setUpCalls([bad, fine]);
      const session = await recordCall(client, 1);
      expect(await session.end()).toMatchObject({ ok: true, exported: true });
      for (let round = 0; round < 3; round += 1) await tracer.flush();
      await tracer.shutdown();
      expect(log.codes).toEqual(['warn exporter-failed', 'warn audio-lost']);
      expect(tracer.stats().reports).toMatchObject({ 'audio-lost': 1 });
      expect(fine.kept).toHaveLength(1);
      expect(bad.traces).toMatchObject([{ amends: false, outcome: 'ok' }]);
      expect(filesIn(temporary)).toEqual([]);
    },
  );

  it('does not keep the call’s end, a flush or a shutdown waiting where one of them hangs', async () => {
    const [fine, bad] = [new AudioKeeper(), new AudioTaker(hang)];
    const { client, tracer } = setUpCalls([bad, fine]);
    const session = await recordCall(client, 1);
    expect(session.status).toBe('ended');
    expect(await tracer.flush({ timeoutMs: 20 })).toMatchObject({ pending: 0 });
    expect(await tracer.shutdown({ timeoutMs: 20 })).toMatchObject({ pending: 0 });
    expect([fine.kept.length, fine.traces.length, bad.tries]).toEqual([1, 1, 1]);
  });

  it('is tried once more by a shutdown, and lost then, with one word', async () => {
    const bad = failing(100);
    const { client, tracer, log, temporary } = setUpCalls([bad]);
    await recordCall(client, 1);
    await until(() => log.codes.includes('warn exporter-failed'));
    await tracer.shutdown();
    expect(bad.tries).toBe(2);
    expect(log.warnings('audio-lost')).toHaveLength(1);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('is not tried again where one of them refuses it for good, and whoever brought it hears so', async () => {
    const [refusing, fine] = [new AudioTaker(() => Promise.resolve(false)), new AudioKeeper()];
    const { client, tracer, log, temporary } = setUpCalls([refusing, fine]);
    expect(await client.startSession({ agentId: 'support_v3' }).uploadAudio(wav)).toBe(false);
    await tracer.flush();
    expect([refusing.tries, fine.kept.length]).toEqual([1, 1]);
    expect(log.lines).toEqual([]);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('V108 is tried again by a flush, which waits for the answer', async () => {
    const bad = failing(1);
    const { client, tracer, log } = setUpCalls([bad]);
    const uploaded = client.startSession({ agentId: 'support_v3' }).uploadAudio(wav);
    await until(() => log.codes.includes('warn exporter-failed'));
    await tracer.flush();
    expect([bad.tries, bad.kept.length]).toEqual([2, 1]);
    expect(await uploaded).toBe(true);
  });

  it('V108 outlives an outage in which the program flushes often', async () => {
    let isDown = true;
    const bad: AudioTaker = new AudioTaker(async (recording) => {
      await Promise.resolve();
      if (isDown) throw new Error('nobody there');
      bad.keep(recording);
    });
    const { client, tracer, log } = setUpCalls([bad]);
    await recordCall(client, 1);
    for (let round = 0; round < 20; round += 1) {
      await tracer.flush();
      await nextTurn();
    }
    isDown = false;
    await tracer.flush();
    await nextTurn();
    expect(log.warnings('audio-lost')).toEqual([]);
    expect(bad.kept).toHaveLength(1);
  });

  it('is the later one where two of one call are on their way, and the earlier one is tried again', async () => {
    const kept = new Map<string, number>();
    const store = new AudioTaker(async ({ ref, durationMs }, tries) => {
      await Promise.resolve();
      if (tries === 1) throw new Error('no room');
      kept.set(ref, durationMs);
    });
    const { client, tracer } = setUpCalls([store]);
    const session = await recordCall(client, 0);
    const first = session.uploadAudio(wavOf(pcmOf(2)));
    await until(() => store.tries === 1);
    const second = session.uploadAudio(wav);
    // The call, and what each of the two amends.
    await until(() => store.traces.length === 3);
    let isOver = false;
    void Promise.all([first, second]).then(() => (isOver = true));
    await flushUntil(tracer, () => isOver);
    expect([...kept]).toEqual([[`${session.traceId}.wav`, 1_000]]);
  });

  it('reaches those that take it though another one hangs with an earlier one of the call', async () => {
    const [fine, bad] = [new AudioKeeper(), new AudioTaker(hang)];
    const { client } = setUpCalls([bad, fine]);
    const session = await recordCall(client, 0);
    void session.uploadAudio(wavOf(pcmOf(2)));
    await until(() => fine.kept.length === 1);
    void session.uploadAudio(wav);
    await until(() => fine.kept.length === 2);
    expect(fine.kept.map(({ durationMs }) => durationMs)).toEqual([2_000, 1_000]);
  });

  const stuck: readonly [string, () => Promise<void>][] = [
    ['fails', () => Promise.reject(new Error('nobody there'))],
    ['hangs', hang],
  ];

  it.each(stuck)(
    'V109, V111 does not fill the disk where one of them %s: the oldest go, and that is told',
    async (_, take) => {
      const { tracer, log } = setUpCalls([new AudioTaker(take)]);
      const removed: number[] = [];
      for (const n of [1, 2, 3]) give(tracer, { n, byteLength: 600_000_000, removed });
      await until(() => removed.length === 2);
      expect(removed).toEqual([1, 2]);
      expect(log.warnings('audio-lost')).toHaveLength(1);
    },
  );

  it('V109 is never what goes where it is the newest, however large', async () => {
    const { tracer } = setUpCalls([failing(100)]);
    const removed: number[] = [];
    give(tracer, { n: 1, byteLength: 1_000, removed });
    give(tracer, { n: 2, byteLength: 2_000_000_000, removed });
    await until(() => removed.length > 0);
    for (let round = 0; round < 3; round += 1) await tracer.flush();
    expect(removed).toEqual([1]);
  });

  it('comes to an exporter that is no class, with traced code in it that is not traced', async () => {
    const traces: string[] = [];
    const refs: string[] = [];
    const made: CallSetup[] = [];
    const exporter: TraceExporter = {
      export: ({ name }) => void traces.push(name),
      exportAudio: async ({ ref, path }: AudioRecording) => {
        await made[0]?.tracer.trace('upload', async () => existsSync(path));
        refs.push(ref);
      },
    };
    const setup = setUpCalls([exporter]);
    made.push(setup);
    const session = await recordCall(setup.client, 1);
    await setup.tracer.shutdown();
    expect([traces, refs]).toEqual([['support_v3'], [`${session.traceId}.wav`]]);
  });
});
