import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSamples, withoutChance } from './sample.ts';
import { SampleProject } from './sample-project.ts';

const samples = readSamples();
const project = new SampleProject(samples);
let runs: Awaited<ReturnType<SampleProject['runs']>>;

beforeAll(async () => {
  runs = await project.runs();
}, 20_000);

afterAll(() => project.remove());

it('finds the samples of the documentation', () => {
  const documents = new Set(samples.map(({ place }) => place.split(':')[0]));
  expect([...documents]).toEqual(expect.arrayContaining(['README.md', 'src/init.ts', 'src/span/span.ts']));
});

it('compiles every sample', async () => {
  expect(await project.typeErrors()).toEqual([]);
}, 20_000);

it.each(samples.filter(({ isRun }) => isRun).map(({ place }) => place))('runs %s', (place) => {
  expect(runs.byPlace.get(place)?.failure).toBeUndefined();
});

const printing = samples.flatMap(({ place, printed }) => (printed === undefined ? [] : [{ place, printed }]));
it.each(printing)('prints what the document says after $place', ({ place, printed }) => {
  expect(withoutChance(runs.byPlace.get(place)?.printed ?? '')).toBe(withoutChance(printed));
});

it('makes no sample complain', () => {
  expect(runs.stderr).toBe('');
});
