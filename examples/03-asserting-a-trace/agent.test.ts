import { matchers, replay, stable, withTraces, type TraceMatchers } from 'clew/testing';
import { expect, it } from 'vitest';
import { TravelAgent } from './agent.ts';

// Once, in any file of the tests: the types of the matchers, for Vitest 5.
declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends TraceMatchers<R> {}
}
expect.extend(matchers);

it(
  'takes the train and a hotel for a trip with a night',
  withTraces(async (traces) => {
    await new TravelAgent().plan('Basel to Milan, one night');
    // In memory is synchronous: when the awaited call has returned, its trace is here. No sleep, no flush.
    expect(traces.only).toHaveTraceTree(`
      plan
        choose
        find_train
        find_hotel
    `);
  }),
);

it(
  'calls no tool that it does not need',
  withTraces(async (traces) => {
    await new TravelAgent().plan('Basel to Bern');
    expect(traces.only).toHaveCalledTools(['find_train']);
  }),
);

it(
  'makes no error, and stays within its tokens',
  withTraces(async (traces) => {
    await new TravelAgent().plan('Basel to Milan, one night');
    expect(traces.only).toHaveNoErrors();
    expect(traces.only).toUseFewerTokensThan(100);
    expect(traces.only).toHaveSpan({ name: 'plan', output: 'IC 17, Hotel Ariadne' });
  }),
);

it(
  'gives the same plan from a recording, without its model and its tools',
  withTraces(async (traces) => {
    const plan = await new TravelAgent().plan('Basel to Milan, one night');
    const line = traces.only.text(); // or a line of an NDJSON file
    const again = await replay(line, () => new TravelAgent().plan('Basel to Milan, one night'));
    expect(again.result).toBe(plan);
    expect(stable(again.traces.only)).toEqual(stable(traces.only));
  }),
);
