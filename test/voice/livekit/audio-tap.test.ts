import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FanOutTraceExporter, FileTraceExporter, InMemoryTraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import { only } from '../../flows/recording.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { loudRuns, parseWav } from '../audio/pretend-call.ts';
import { attachedCall, type AttachedCall } from './attached-call.ts';
import { FakeInput, FakeOutput, frame } from './fake-audio.ts';

interface HeardCall extends AttachedCall {
  /** Ends the call, and gives when it is loud in it, in milliseconds since its start. */
  heard(): Promise<readonly (readonly number[])[]>;
}

function heardCall(): HeardCall {
  const path = join(temporaryFolder(), 'calls.ndjson');
  const memory = new InMemoryTraceExporter();
  const call = attachedCall({ tracer: { exporter: new FanOutTraceExporter([memory, new FileTraceExporter(path)]) } });
  const heard = async (): Promise<readonly (readonly number[])[]> => {
    call.session.close();
    await call.observability.shutdown();
    const audio = only(memory.traces).voice?.audio;
    if (audio === undefined || audio === null) return [];
    const { samples } = parseWav(readFileSync(join(`${path}.audio`, audio.ref)));
    return loudRuns(samples).map((run) => run.map((at) => Math.round(at + audio.startOffsetMs)));
  };
  return { ...call, heard };
}

/** The output is given half a second of sound at once, and plays it from now on. */
function play(output: FakeOutput, count = 25): void {
  for (let at = 0; at < count; at += 1) void output.captureFrame(frame());
  output.emit('playbackStarted', { createdAt: Date.now() });
}

function finish(output: FakeOutput, playbackPosition: number, interrupted = false): void {
  output.emit('playbackFinished', { playbackPosition, interrupted });
}

describe('what is heard of a call', () => {
  it('V23, V43 is the output that is set when the session starts, after it was attached to', async () => {
    const { session, heard } = heardCall();
    const output = new FakeOutput();
    session.at(100).output.audio = output;
    session.at(1_000);
    play(output);
    session.at(1_500);
    finish(output, 0.5);
    session.at(2_000);
    expect(await heard()).toEqual([[1_000, 1_500]]);
  });

  it('V43 is silent while the speech is paused, and ends where it was given up', async () => {
    const { session, heard } = heardCall();
    const output = new FakeOutput();
    session.output.audio = output;
    session.at(1_000);
    play(output, 50);
    session.at(1_200);
    output.pause();
    session.at(2_000);
    output.resume();
    session.at(2_300);
    finish(output, 0.5, true);
    session.at(3_000);
    expect(await heard()).toEqual([
      [1_000, 1_200],
      [2_000, 2_300],
    ]);
  });

  it('V43 is what the outermost of several outputs plays, such as an avatar that came later', async () => {
    const { session, heard } = heardCall();
    const [room, avatar] = [new FakeOutput(), new FakeOutput()];
    session.output.audio = room;
    session.at(500).output.audio = avatar;
    session.at(1_000);
    play(avatar);
    session.at(1_250);
    play(room);
    session.at(1_500);
    finish(avatar, 0.5);
    session.at(1_750);
    finish(room, 0.5);
    session.at(2_000);
    expect(await heard()).toEqual([[1_000, 1_500]]);
  });

  it('V43 is the user, from the stream that LiveKit reads', async () => {
    const { session, heard } = heardCall();
    const input = new FakeInput(Array.from({ length: 25 }, () => frame()));
    session.input.audio = input;
    const reader = input.stream.getReader();
    session.at(1_000);
    for (let at = 0; at < 25; at += 1) {
      session.at(1_000 + 20 * at);
      await reader.read();
    }
    session.at(2_000);
    const [run] = await heard();
    expect((run?.[1] ?? 0) - (run?.[0] ?? 0)).toBe(500);
    expect(Math.abs((run?.[0] ?? 0) - 980)).toBeLessThanOrEqual(40);
  });

  it('V107 is not disturbed by what is no sound, and no word of an output', async () => {
    const { session, heard, log } = heardCall();
    const output = new FakeOutput();
    session.output.audio = output;
    for (const odd of [null, undefined, 7, {}, { data: new Int16Array(3) }, { data: 'x', sampleRate: 1 }]) {
      void output.captureFrame(odd);
      output.emit('playbackStarted', odd);
      output.emit('playbackProgressed', odd);
      output.emit('playbackFinished', odd);
    }
    session.at(1_000);
    play(output);
    session.at(1_500);
    finish(output, 0.5);
    session.at(2_000);
    expect(await heard()).toEqual([[1_000, 1_500]]);
    expect(log.codes.filter((code) => code === 'warn livekit-event')).toEqual([]);
  });
});
