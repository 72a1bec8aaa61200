/**
 * What tracing costs. Every subject runs the same agent turn in a process of its own; the rounds of all of them interleave, and
 * what is printed are ratios within this run. Nanoseconds are shown for information: they are the machine's, not the library's.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { subjectNames } from './catalogue.ts';
import { measureCallAudio } from './call-audio.ts';
import { compare, comparisons } from './comparisons.ts';
import { endure, enduranceRows } from './endurance.ts';
import { measureImports } from './import-time.ts';
import { describeMachine, describePeers } from './machine.ts';
import type { Sample } from './measurement.ts';
import { nodeOfMajor, npm } from './node-versions.ts';
import type { RunnerOptions } from './runner.ts';
import { Runner } from './runner.ts';
import { measureStretches } from './stretch.ts';
import { enduranceTable, markdownTable, profileTable, resultTable, type EnduranceResult } from './table.ts';

const usage = `npm run bench -- [options]
  --node 22,24,26     one table for each of these majors, fetched from npm where needed (default: the Node that runs this)
  --only a,b          these subjects, with what they are compared to: ${subjectNames.join(' ')}
  --rounds n          how many rounds each subject gets in each of its processes (default 6)
  --launches n        how many processes each subject gets, one after the other (default 3)
  --quick             one process and 5 short rounds, for a first look
  --markdown          print the table for docs/performance.md
  --audio             what recording a call takes: time for each frame, memory over two hours
  --imports           how long it takes to import clew
  --endurance         a million spans, against a dead backend too: event loop and heap; about five minutes
  --profile subject   where one subject's time goes, by function
  --no-build          take dist/ as it is
  --check             exit with 1 when a target is missed`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    build: { type: 'boolean', default: true },
    node: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string' },
    launches: { type: 'string' },
    quick: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    profile: { type: 'string' },
    endurance: { type: 'boolean', default: false },
    imports: { type: 'boolean', default: false },
    audio: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const pace: RunnerOptions = values.quick ? { warmUpMs: 800, roundMs: 80 } : { warmUpMs: 2500, roundMs: 150 };
const roundCount = count('rounds', values.rounds, values.quick ? 5 : 6);
/** Two processes with the same code settle at different speeds, so one of each would tell about its luck. */
const launchCount = count('launches', values.launches, values.quick ? 1 : 3);

function count(option: string, text: string | undefined, otherwise: number): number {
  const given = Number(text ?? otherwise);
  if (Number.isInteger(given) && given > 0) return given;
  throw new Error(`--${option} takes a whole number from 1, not '${text}'`);
}

/** Progress goes to stderr, so that a table can be piped. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

/** The subjects asked for and those they are compared to. */
function namesToRun(): readonly string[] {
  if (values.only === undefined) return subjectNames;
  const asked = new Set(values.only.split(','));
  const unknown = [...asked].filter((name) => !subjectNames.includes(name));
  if (unknown.length > 0)
    throw new Error(`No subject '${unknown.join("', '")}'. There are: ${subjectNames.join(', ')}`);
  for (const { subject, against, alsoAgainst = against, above = against } of comparisons) {
    if (asked.has(subject)) asked.add(against).add(alsoAgainst).add(above);
  }
  return subjectNames.filter((name) => asked.has(name));
}

async function startAll(names: readonly string[]): Promise<readonly Runner[]> {
  const runners: Runner[] = [];
  for (const name of names) {
    progress(`warming up ${name}`);
    try {
      runners.push(await Runner.start(name, pace));
    } catch (error) {
      progress('');
      console.error(`${name} left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return runners;
}

async function runRounds(runners: readonly Runner[], launch: number, samples: Map<string, Sample[]>): Promise<void> {
  for (let round = 0; round < roundCount; round += 1) {
    // There and back again, so that a machine that warms up or slows down favours nobody.
    for (const runner of round % 2 === 0 ? runners : runners.toReversed()) {
      progress(`launch ${launch} of ${launchCount}, round ${round + 1} of ${roundCount}: ${runner.name}`);
      samples.get(runner.name)?.push(await runner.round());
    }
  }
  progress('');
}

async function runLaunches(): Promise<ReadonlyMap<string, readonly Sample[]>> {
  let names = namesToRun();
  const samples = new Map<string, Sample[]>();
  for (let launch = 1; launch <= launchCount; launch += 1) {
    const runners = await startAll(names);
    // What cannot start the first time is left out; what fails later would leave a hole in the rounds.
    if (launch > 1 && runners.length < names.length) throw new Error('A subject that had started did not start again.');
    names = runners.map(({ name }) => name);
    for (const name of names) if (!samples.has(name)) samples.set(name, []);
    await runRounds(runners, launch, samples);
    await Promise.all(runners.map((runner) => runner.stop()));
  }
  return samples;
}

async function bench(): Promise<boolean> {
  const rounds = await runLaunches();
  const results = comparisons.map((comparison) => compare(comparison, rounds)).filter((result) => result !== undefined);
  console.log(describeMachine());
  console.log(`${describePeers()}\n`);
  if (values.markdown) {
    console.log(`${markdownTable(results)}\n`);
  } else {
    console.log(resultTable(results));
    console.log(
      `\nMedians of ${launchCount * roundCount} rounds (${launchCount} × ${roundCount}). Ratios to OpenTelemetry are of CPU per span above the bare functions; ns and wall are` +
        ' per span, call or line.\n',
    );
  }
  // A subject with a target that did not start has not met it.
  const asked = namesToRun();
  const withTarget = comparisons.filter(
    ({ atMost, atLeast, subject }) => (atMost ?? atLeast) !== undefined && asked.includes(subject),
  );
  return withTarget.every(({ subject }) => results.find((result) => result.subject === subject)?.met === true);
}

async function profile(name: string): Promise<void> {
  const runner = await Runner.start(name, { ...pace, roundMs: 3000 });
  console.log(`${describeMachine()}\n${name}, ns per span\n`);
  console.log(profileTable(await runner.profile(), 40));
  await runner.stop();
}

/** Once flat out, and once with a little work in each turn, as a program that does nothing but trace is none. */
async function endurance(): Promise<void> {
  const spans = values.quick ? 100_000 : 1_000_000;
  console.log(`${describeMachine()}\n`);
  for (const workUs of [0, 200]) {
    const results: EnduranceResult[] = [];
    for (const { name, label } of enduranceRows) {
      progress(`${spans} spans, ${workUs} µs of work a turn: ${label}`);
      const result = await endure(name, spans, workUs);
      const bare = results[0] ?? result;
      results.push({ ...result, label, delayRatio: result.delayP99 / bare.delayP99 });
    }
    progress('');
    console.log(`${spans.toLocaleString('en')} spans, ${workUs} µs of work a turn\n\n${enduranceTable(results)}\n`);
  }
  const { median, max, opening, spans: written } = await measureStretches();
  console.log(
    `Local mode writing ${written.toLocaleString('en')} spans that are ready, at a stretch: median ${median.toFixed(1)} ms, ` +
      `longest ${max.toFixed(1)} ms; making the file ${opening.toFixed(1)} ms`,
  );
}

/** Two hours of frames, as fast as they can be made. */
async function audio(): Promise<void> {
  console.log(`${describeMachine()}\n`);
  progress('two hours of frames, three times');
  const costs = await measureCallAudio(values.quick ? 0.2 : 2);
  progress('');
  for (const { what, mean, p50, p99, p999, memoryMost, memoryEnd, hours } of costs) {
    const times = [mean, p50, p99, p999].map((time) => time.toFixed(1)).join(' / ');
    console.log(
      `${what}: ${times} µs a frame (mean / p50 / p99 / p99.9); over ${hours} h at most ${memoryMost.toFixed(1)} MiB, ` +
        `at the end ${memoryEnd.toFixed(1)} MiB above the start`,
    );
  }
}

/** The same again under each Node; the versions wait for each other, as they would disturb each other. */
function underEach(majors: readonly string[]): boolean {
  const args = process.argv.slice(2);
  const at = args.findIndex((argument) => argument === '--node' || argument.startsWith('--node='));
  args.splice(at, args[at] === '--node' ? 2 : 1);
  const statuses = majors.map(nodeOfMajor).map((node) => {
    const script = join(import.meta.dirname, 'main.ts');
    return spawnSync(node, ['--disable-warning=ExperimentalWarning', script, '--no-build', ...args], {
      stdio: 'inherit',
    }).status;
  });
  return statuses.every((status) => status === 0);
}

async function main(): Promise<boolean> {
  if (values.help) {
    console.log(usage);
    return true;
  }
  if (!existsSync(join(import.meta.dirname, 'node_modules'))) npm(['ci'], import.meta.dirname);
  if (values.build) npm(['run', 'build', '--silent'], join(import.meta.dirname, '..'));
  if (values.node !== undefined) return underEach(values.node.split(','));
  if (values.profile !== undefined) {
    await profile(values.profile);
    return true;
  }
  if (values.imports) {
    for (const { what, ms } of measureImports())
      console.log(`${what}: ${ms.median.toFixed(1)} ms (least ${ms.min.toFixed(1)})`);
    return true;
  }
  if (values.audio) {
    await audio();
    return true;
  }
  if (values.endurance) {
    await endurance();
    return true;
  }
  const met = await bench();
  return met || !values.check;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
