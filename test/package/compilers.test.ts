import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.ts';

/** Every door, in what TypeScript 5.0 understands. */
const everyDoor = `
import { init, span, trace, traced, currentSpan, InMemoryTraceExporter, type Tracer, type SpanRecord } from 'clew';
import { VoiceObservability, type LiveKitSession } from 'clew/livekit';
import { report, SqliteTraceStore } from 'clew/store';
import { assertTrace, withTraces } from 'clew/testing';
import { readRecording, stage, startSession, userTurn } from 'clew/voice';

const exporter = new InMemoryTraceExporter();
const clew: Tracer = init({ exporter, name: 'support', sampleRate: 1 });
const double = traced({ name: 'double', kind: 'tool' }, (n: number) => n * 2);
export const four: number = double(2);
// @ts-expect-error the wrapper keeps the types of the function's parameters, and nothing is any
double('2');

export class Agent {
  @trace({ name: 'handle' }) handle(ticket: string): Promise<string> { return this.search(ticket); }
  @span({ kind: 'tool' }) search(query: string): Promise<string> { return Promise.resolve(query); }
  @span static find(id: number): number { return id; }
}
export class Receptionist {
  @userTurn hear(audio: Uint8Array): string { return this.transcribe(audio).text; }
  @stage('stt', { provider: 'deepgram', model: 'nova-3' }) transcribe(audio: Uint8Array) { return { text: String(audio.length) }; }
}

export const later: Promise<string> = clew.trace('handle', (handle) => handle.span('lookup').run(() => Promise.resolve('found')));
export const names: readonly string[] = exporter.spans.map((record: SpanRecord) => record.name);
export const active: string | undefined = currentSpan()?.spanId;
export const said: string = startSession({ agentId: 'reception' }).agentTurn(() => 'Hello.');
export const attached = (session: LiveKitSession) => new VoiceObservability({ audio: false }).attach(session, { agentId: 'a' });
export const others = [readRecording, report, SqliteTraceStore, assertTrace, withTraces];
`;

const usingBlocks = `
import { init } from 'clew';
import { startSession } from 'clew/voice';
export async function answer() {
  using lookup = init().trace('answer').span('lookup');
  await using call = startSession({ agentId: 'reception' });
  return [lookup.spanId, call.traceId];
}
`;

interface Settings {
  readonly files?: readonly string[];
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
}

const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
/** None of them skips the declarations (`skipLibCheck`): an error in one of ours is one. */
const everywhere: Readonly<Record<string, Settings>> = {
  'an empty tsconfig.json': {},
  'strict ES modules': { compilerOptions: { target: 'es2022', module: 'nodenext', ...strict } },
  'a bundler, and nothing strict': {
    compilerOptions: {
      target: 'es2022',
      module: 'esnext',
      moduleResolution: 'bundler',
      verbatimModuleSyntax: true,
      strict: false,
      lib: ['es2020'],
    },
  },
  'legacy decorators and metadata': {
    compilerOptions: {
      target: 'es2022',
      module: 'nodenext',
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  },
};
const versionFive: Readonly<Record<string, Settings>> = {
  'module commonjs': { compilerOptions: { module: 'commonjs' } },
  'module commonjs with node10 resolution, as `tsc --init` writes it': {
    compilerOptions: {
      target: 'es2016',
      module: 'commonjs',
      moduleResolution: 'node10',
      esModuleInterop: true,
      strict: true,
    },
  },
};
const withUsing: Readonly<Record<string, Settings>> = {
  '`using`, without a library for it': {
    files: ['using.ts'],
    compilerOptions: { target: 'es2022', module: 'nodenext' },
  },
  '`using`, with one': {
    files: ['using.ts'],
    compilerOptions: { target: 'es2022', module: 'nodenext', lib: ['esnext'] },
  },
};

const compilers: readonly (readonly [version: string, settings: Readonly<Record<string, Settings>>])[] = [
  ['5.0', { ...everywhere, ...versionFive }],
  ['5.1', { ...everywhere, ...versionFive }],
  ['5.2', { ...everywhere, ...versionFive, ...withUsing }],
  ['5.5', { ...everywhere, ...versionFive, ...withUsing }],
  ['5.9', { ...everywhere, ...versionFive, ...withUsing }],
  ['6.0', { ...everywhere, ...withUsing }],
  ['7.0', { ...everywhere, ...withUsing }],
];

const folder = resolve('test/package/compilers');
const consumers: Consumer[] = [];

async function consumerWith(...packages: readonly string[]): Promise<Consumer> {
  const consumer = await Consumer.create();
  consumers.push(consumer);
  await consumer.link(...packages);
  await consumer.write('index.ts', everyDoor);
  await consumer.write('using.ts', usingBlocks);
  return consumer;
}

async function compile(consumer: Consumer, version: string, { files = ['index.ts'], compilerOptions = {} }: Settings) {
  const project = { ...(Object.keys(compilerOptions).length > 0 && { compilerOptions }), files };
  await consumer.write('tsconfig.json', JSON.stringify(project));
  if (version === '7.0') return consumer.tool('tsc', '--noEmit');
  return consumer.node(`${folder}/node_modules/typescript-${version}/lib/tsc.js`, '--noEmit');
}

beforeAll(() => promisify(execFile)('npm', ['ci', '--ignore-scripts', '--prefix', folder]));
afterAll(() => Promise.all(consumers.map((consumer) => consumer.remove())));

describe.each([
  ['with @types/node', ['@types/node', 'undici-types']],
  ['without @types/node', []],
])('the declarations compile %s', (_name, packages) => {
  let consumer: Consumer;
  beforeAll(async () => {
    consumer = await consumerWith(...packages);
  });

  // TypeScript 5.0 and 5.1 cannot read today's @types/node, so that nobody has both; 5.5 would say nothing new.
  const alone = new Set(['5.0', '5.1', '5.5']);
  const possible = compilers.filter(([version]) => packages.length === 0 || !alone.has(version));
  it.each(possible)('with TypeScript %s', { timeout: 300_000 }, async (version, settings) => {
    for (const [name, chosen] of Object.entries(settings)) {
      expect(await compile(consumer, version, chosen), name).toEqual({ code: 0, stdout: '', stderr: '' });
    }
  });
});
