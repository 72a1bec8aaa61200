import { traced } from 'clew';
import { replay, ReplayError, withTraces } from 'clew/testing';
import { describe, expect, it } from 'vitest';

let calls = 0;
const ask = traced({ name: 'ask', type: 'generation', model: 'gpt-4.1-mini' }, async (question: string) => {
  calls += 1;
  return { text: `answer ${calls} to ${question}`, usage: { prompt_tokens: 10, completion_tokens: 2 } };
});
const say = traced({ name: 'say', type: 'generation' }, async function* (question: string) {
  calls += 1;
  yield 'Hello, ';
  yield question;
});
const lookup = traced({ name: 'lookup', kind: 'tool' }, (id: number) => {
  calls += 1;
  if (id < 0) throw new RangeError(`no such id: ${id}`);
  return { id, plan: 'team' };
});
const shout = traced('shout', (text: string) => text.toUpperCase());

async function agent(id: number): Promise<string> {
  const { plan } = lookup(id);
  const answers = await Promise.all([ask('b'), ask('a')]);
  let said = '';
  for await (const part of say('Ada')) said += part;
  return [shout(plan), ...answers.map(({ text }) => text), said].join('; ');
}
const run = traced('agent', agent);

async function recordingOf(work: () => unknown): Promise<string> {
  let line = '';
  await withTraces(async (traces) => {
    await Promise.resolve(work()).catch(() => {});
    line = traces.only.text();
  })();
  return line;
}

describe('replay', () => {
  it('gives an agent what its models and tools gave, and asks none of them', async () => {
    calls = 0;
    const recording = await recordingOf(() => run(7));
    expect(calls).toBe(4);
    const { result, traces } = await replay(recording, () => run(7));
    expect(calls).toBe(4);
    expect(result).toBe('TEAM; answer 2 to b; answer 3 to a; Hello, Ada');
    expect(traces.only.asTree().replaceAll(/ {2}\[\d+ms\]/g, '')).toBe('agent\n  lookup\n  ask\n  ask\n  say\n  shout');
    expect(traces.only.usage).toEqual({ inputTokens: 20, outputTokens: 4, totalTokens: 24 });
  });

  it('answers a call by its input first, then by order', async () => {
    const both = traced('both', async () => [await ask('a'), await ask('b')]);
    const turned = traced('both', async () => [await ask('b'), await ask('new')]);
    calls = 0;
    const recording = await recordingOf(both);
    const { result } = await replay(recording, turned);
    expect(result.map(({ text }) => text)).toEqual(['answer 2 to b', 'answer 1 to a']);
  });

  it('fails where the recording failed, with its message', async () => {
    const recording = await recordingOf(() => run(-1));
    await expect(replay(recording, () => run(-1))).rejects.toMatchObject({
      name: 'RangeError',
      message: 'no such id: -1',
    });
  });

  it('says what is not recorded, and what is left', async () => {
    const recording = await recordingOf(traced('one', () => ask('a')));
    const twice = traced('two', async () => {
      await ask('a');
      await ask('a');
    });
    await expect(replay(recording, twice)).rejects.toThrow(
      /nothing is recorded for "ask" with the input {"question":"a"}; nothing is left/,
    );
    await expect(replay(recording, () => lookup(1))).rejects.toThrow(/left of it:\n {2}ask {2}{"question":"a"}/);
    await expect(replay('nonsense', () => 1)).rejects.toThrow(ReplayError);
  });

  it('does not answer with half of what was said', async () => {
    const long = traced({ name: 'long', type: 'generation' }, async () => 'x'.repeat(100_000));
    const recording = await recordingOf(traced('outer', () => long()));
    await expect(replay(recording, () => long())).rejects.toThrow('the recorded output of "long" was cut');
  });

  it('is this run’s own: others go on as they are', async () => {
    const recording = await recordingOf(() => run(7));
    calls = 0;
    const [replayed] = await Promise.all([replay(recording, () => run(7)), withTraces(() => run(7))()]);
    expect(calls).toBe(4);
    expect(replayed.result).toContain('TEAM');
  });
});
