import { describe, expect, it } from 'vitest';
import { attachedCall } from './attached-call.ts';
import { models, once, storyBegun, storyTold } from './scenes.ts';

describe('when an interruption began', () => {
  it('V38 is told from the words that broke in, not from an "mm-hmm" before', () => {
    const { session, trace } = attachedCall(models);
    const story = storyBegun(session);
    session.at(3_000).user('speaking');
    session.at(3_200).user('listening');
    session.at(6_000).user('speaking');
    session.at(6_238).said('assistant', 'Once upon a time', { speech: story, interrupted: true }).agent('listening');
    story.finish({ interrupted: true });
    session.at(6_800).user('listening');
    session.at(7_500).close();
    expect(trace().voice?.rollup).toMatchObject({ interruptions: 1, interruptLatencyMs: { p50: 238 } });
  });

  it('V131 is when the agent is first heard, where the user spoke before', () => {
    const { session, trace } = attachedCall(models);
    session.at(20).agent('listening');
    const notice = session.at(100).speech('S1', 'say');
    session.at(150).user('speaking');
    session.at(200).agent('speaking', notice);
    session.at(500).said('assistant', 'This', { interrupted: true }).agent('listening');
    notice.finish({ interrupted: true });
    session.at(800).user('listening');
    session.at(900).close();
    expect(trace().voice?.rollup).toMatchObject({ interruptions: 1, interruptLatencyMs: { p50: 300 } });
  });
});

describe('a speech that is cut off', () => {
  it('V38, V131 is interrupted and nobody’s barge-in where a program did it', () => {
    const { session, text } = attachedCall(models);
    const story = storyBegun(session);
    session.at(4_000).said('assistant', 'Once upon a time', { speech: story, interrupted: true }).agent('listening');
    story.finish({ interrupted: true });
    session.at(4_500).close();
    expect(text()).toContain('  agent 2500–4000 "Once upon a time" speech S1 ttfa 500 interrupted $');
    expect(text()).not.toContain('barge_in');
  });

  it('V39 has failed to be where LiveKit says so and nobody was heard to speak', () => {
    const { session, text } = attachedCall(models);
    const story = storyBegun(session);
    session.at(4_238).agent('listening');
    session.at(5_300).agent('speaking').falseInterruption();
    storyTold(session, story, 7_200);
    session.at(7_500).close();
    expect(text()).toContain('    5300 failed_interrupt resumed=true\n');
  });

  it('V39 did not fail where only a tool was waited for', () => {
    const { session, text, trace } = attachedCall(models);
    const speech = storyBegun(session);
    session.at(3_000).user('speaking');
    session.at(3_200).user('listening');
    session.at(4_000).said('assistant', once, { speech }).agent('thinking');
    session.at(4_500).agent('speaking');
    session.at(5_000).said('assistant', 'The end.', { speech }).agent('listening');
    speech.finish();
    session.at(5_500).close();
    expect(text()).not.toContain('failed_interrupt');
    expect(trace().voice?.rollup).toMatchObject({ agentTurns: 1, interruptions: 0, failedInterrupts: 0 });
  });
});
