import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ClewConfigError, FileTraceExporter, withTracer } from 'clew';
import { readRecording, startSession, VoiceClient } from 'clew/voice';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AudioKeeper, filesIn, pcmOf, recordCall, setUpCalls, speak, wavOf } from '../fixtures/audio-call.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const key = randomBytes(32);
const wrongKeys: readonly [string, string][] = [
  ['empty', ''],
  ['too short', 'abcdef0123456789secret'],
  ['63 digits', 'a'.repeat(63)],
  ['no digits', 'zz'.repeat(32)],
  ['long', 'secret'.repeat(100)],
];

function setKey(value: string): void {
  vi.stubEnv('CLEW_AUDIO_KEY', value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** A piece of what was said, as it would lie in a plain file. */
const said = pcmOf(1).subarray(0, 64);

describe('a recording with a key', () => {
  it.each([
    ['hexadecimal', key.toString('hex')],
    ['base64', key.toString('base64')],
    ['base64url', key.toString('base64url')],
  ])('V98 has nothing plain on the disk, and is read back with the key: %s', async (_, text) => {
    const path = join(temporaryFolder(), 'calls.ndjson');
    const { client, tracer } = setUpCalls([new FileTraceExporter(path)], { audio: { key: text } });
    const { traceId } = await recordCall(client, 3);
    await tracer.shutdown();
    const file = join(`${path}.audio`, `${traceId}.wav.encrypted`);
    expect(filesIn(`${path}.audio`)).toEqual([`${traceId}.wav.encrypted`]);
    expect([readFileSync(file).includes(said), readFileSync(file).includes('RIFF')]).toEqual([false, false]);
    expect((await buffer(readRecording(file, { key }))).equals(wavOf(pcmOf(3)))).toBe(true);
    await expect(buffer(readRecording(file, { key: randomBytes(32) }))).rejects.toThrow('another key');
    await expect(buffer(readRecording(file))).rejects.toThrow('no key');
  });

  it('V98 says so in the record, which tells of the sound and not of the cipher', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper], { audio: { key: key.toString('hex') } });
    const { traceId } = await recordCall(client, 2);
    expect(keeper.told).toMatchObject({
      codec: 'wav',
      durationMs: 2_000,
      encrypted: true,
      ref: `${traceId}.wav.encrypted`,
    });
    expect(keeper.kept).toMatchObject([{ isEncrypted: true, byteLength: keeper.files[0]?.length }]);
    expect(keeper.traces[0]?.text()).not.toContain(key.toString('hex'));
  });

  it('V98 is nowhere plain while the call goes on', async () => {
    const { client, temporary } = setUpCalls([new AudioKeeper()], { audio: { key: key.toString('hex') } });
    const session = client.startSession({ agentId: 'support_v3' });
    speak(session, 60);
    let seen = Buffer.alloc(0);
    while (seen.length < 1_000_000) {
      await nextTurn();
      seen = Buffer.concat(filesIn(temporary).map((name) => readFileSync(join(temporary, name))));
    }
    expect(seen.includes(said)).toBe(false);
    await session.end();
  });

  it('V98 is encrypted too where it was made elsewhere', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper], { audio: { key: key.toString('hex') } });
    const session = client.startSession({ agentId: 'support_v3' });
    await session.uploadAudio(wavOf(pcmOf(1)));
    await session.end();
    expect(keeper.told).toMatchObject({ codec: 'wav', durationMs: 1_000, encrypted: true });
    expect(keeper.files.map((file) => file.includes(said))).toEqual([false]);
  });
});

describe('the key of the environment', () => {
  it('V98 encrypts, for a client and for a call by itself', async () => {
    setKey(key.toString('hex'));
    const keeper = new AudioKeeper();
    const { client, tracer } = setUpCalls([keeper]);
    await recordCall(client, 1);
    const session = withTracer(tracer, () => startSession({ agentId: 'support_v3' }));
    await session.uploadAudio(wavOf(pcmOf(1)));
    await session.end();
    expect(keeper.kept.map(({ isEncrypted }) => isEncrypted)).toEqual([true, true]);
    expect(keeper.files.map((file) => file.includes(said))).toEqual([false, false]);
  });

  it('gives way to the one in the code', async () => {
    setKey('42'.repeat(32));
    const path = join(temporaryFolder(), 'calls.ndjson');
    const { client, tracer } = setUpCalls([new FileTraceExporter(path)], { audio: { key: key.toString('hex') } });
    const { traceId } = await recordCall(client, 1);
    await tracer.shutdown();
    const file = join(`${path}.audio`, `${traceId}.wav.encrypted`);
    expect((await buffer(readRecording(file, { key }))).equals(wavOf(pcmOf(1)))).toBe(true);
  });

  it('that is empty is none', async () => {
    setKey('');
    const keeper = new AudioKeeper();
    const { client, log } = setUpCalls([keeper]);
    await recordCall(client, 1);
    expect(keeper.kept).toMatchObject([{ isEncrypted: false }]);
    expect(log.lines).toEqual([]);
  });

  it.each(wrongKeys.slice(1))(
    'that is wrong (%s) turns recording off, with one word that does not show it',
    async (_, text) => {
      setKey(text);
      const keeper = new AudioKeeper();
      const { client, tracer, temporary, log } = setUpCalls([keeper]);
      const own = new VoiceClient({ tracer });
      for (const session of [
        client.startSession({ agentId: 'a' }),
        own.startSession({ agentId: 'b' }),
        withTracer(tracer, () => startSession({ agentId: 'c' })),
      ]) {
        expect(session.recordAudio()).toBeUndefined();
        await session.end();
      }
      expect(log.codes).toEqual(['warn environment-CLEW_AUDIO_KEY']);
      expect(JSON.stringify(log.lines)).not.toContain(text);
      expect(await client.uploadAudio(client.startSession({ agentId: 'd' }).sessionId, wavOf(pcmOf(1)))).toBe(false);
      expect(keeper.kept).toEqual([]);
      expect(filesIn(temporary)).toEqual([]);
    },
  );
});

describe('a wrong option of recording', () => {
  it.each(wrongKeys)('key (%s): told where it stands, and not shown', (_, text) => {
    const { tracer } = setUpCalls([new AudioKeeper()]);
    const make = (): VoiceClient => new VoiceClient({ tracer, audio: { key: text } });
    expect(make).toThrow(ClewConfigError);
    expect(make).toThrow(/64 hexadecimal digits/);
    expect(make).not.toThrow(text.slice(0, 20) || 'nothing to show');
  });

  it('key: told under the name that the option has', () => {
    const { tracer } = setUpCalls([new AudioKeeper()]);
    const make = (): VoiceClient => new VoiceClient({ tracer, audio: { key: 'short' } });
    expect(make).toThrow(expect.objectContaining({ option: 'audio.key' }));
  });

  const wrong: readonly [string, unknown, string][] = [
    ['a text', 'on', 'audio'],
    ['a number', 1, 'audio'],
    ['null', null, 'audio'],
    ['a list', [], 'audio'],
    ['a key that is bytes', { key }, 'audio.key'],
    ['no folder', { folder: '' }, 'audio.folder'],
    ['a folder that is none', { folder: 7 }, 'audio.folder'],
    ['an encoder that is none', { encoder: { codec: 'opus' } }, 'audio.encoder'],
    ['an encoder that is null', { encoder: null }, 'audio.encoder'],
  ];
  it.each(wrong)('%s', (_, audio, option) => {
    const { tracer } = setUpCalls([new AudioKeeper()]);
    const make = (): unknown => Reflect.construct(VoiceClient, [{ tracer, audio }]);
    expect(make).toThrow(expect.objectContaining({ name: 'ClewConfigError', option }));
  });

  it('leaves no tracer behind that nobody can shut down', () => {
    const before = process.listenerCount('beforeExit');
    expect(() => new VoiceClient({ mode: 'memory', audio: { key: 'short' } })).toThrow(ClewConfigError);
    expect(process.listenerCount('beforeExit')).toBe(before);
  });
});
