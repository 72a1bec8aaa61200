import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AudioKeeper, filesIn, pcmOf, setUpCalls, speak, wavOf } from '../fixtures/audio-call.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { call } from '../flows/untyped-call.ts';

async function* brokenStream(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(100_000);
  await nextTurn();
  throw new Error('the stream broke');
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {
  await nextTurn();
  yield Buffer.alloc(0);
}

describe('a recording that cannot be taken', () => {
  const rubbish: readonly [string, () => unknown][] = [
    ['a path to nothing', () => join(temporaryFolder(), 'none.wav')],
    ['a folder', () => temporaryFolder()],
    ['an empty path', () => ''],
    ['a path with a zero in it', () => 'a\0b'],
    ['no bytes', () => new Uint8Array(0)],
    ['an empty stream', () => emptyStream()],
    ['a stream that breaks', () => brokenStream()],
    ['a stream of numbers', () => [1, 2, 3]],
    ['nothing', () => undefined],
    ['null', () => null],
    ['a number', () => 42],
    ['an object', () => ({})],
    [
      'a proxy that throws',
      () =>
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('hands off');
            },
          },
        ),
    ],
  ];

  it.each(rubbish)('V107 (%s) is told as lost, and costs nothing else', async (_, source) => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary, log } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    const upload = (given: unknown): unknown => call(session, 'uploadAudio', given);
    expect(await upload(source())).toBe(false);
    speak(session, 1);
    await session.end();
    expect(await upload(source())).toBe(false);
    await tracer.shutdown();
    expect(log.codes).toEqual(['warn call-audio']);
    expect(keeper.told).toMatchObject({ durationMs: 1_000 });
    expect([keeper.kept.length, filesIn(temporary)]).toEqual([1, []]);
  });

  const nonsense: readonly [string, unknown][] = [
    ['null', null],
    ['a text', 'opus'],
    ['a codec that is none', { codec: 7 }],
    ['a codec that is a path', { codec: '../../etc/passwd' }],
    ['a length that is none', { durationMs: 'long', startOffsetMs: {} }],
    ['endless lengths', { durationMs: Number.POSITIVE_INFINITY, startOffsetMs: Number.NaN }],
    [
      'a getter that throws',
      {
        get codec() {
          throw new Error('hands off');
        },
      },
    ],
  ];

  it.each(nonsense)('V107 told of with %s, it is taken or told as lost, and nothing throws', async (_, facts) => {
    const keeper = new AudioKeeper();
    const { client, temporary } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    const upload = (id: unknown): unknown => call(client, 'uploadAudio', id, wavOf(pcmOf(1)), facts);
    expect(await upload(session.sessionId)).toBeTypeOf('boolean');
    expect(await upload(42)).toBe(false);
    await session.end();
    expect(keeper.kept.map(({ ref }) => ref)).toEqual(keeper.kept.map(() => `${session.traceId}.wav`));
    expect([undefined, 1_000]).toContain(keeper.told?.durationMs);
    expect([undefined, 0]).toContain(keeper.told?.startOffsetMs);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('has no codec that is a novel: the record stays small', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    await session.uploadAudio(Buffer.from('sound'), { codec: 'x'.repeat(1_000_000) });
    await session.end();
    expect(keeper.traces[0]?.text().length).toBeLessThan(20_000);
  });

  it('has no length below nothing', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    await session.uploadAudio(Buffer.from('sound'), { durationMs: -5 });
    await session.end();
    expect(keeper.told?.durationMs).toBeGreaterThanOrEqual(0);
  });
});
