import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.ts';

/** What a user may rely on the compiler to know. */
const source = `
import { init, span, trace, traced, currentSpan, InMemoryTraceExporter, type Tracer, type SpanRecord } from 'clew';
import { VoiceObservability, type LiveKitSession } from 'clew/livekit';
import { stage, startSession, userTurn } from 'clew/voice';

const exporter = new InMemoryTraceExporter();
const clew: Tracer = init({ exporter, name: 'support', sampleRate: 1 });

const double = traced({ name: 'double', kind: 'tool' }, (n: number) => n * 2);
export const four: number = double(2);
// @ts-expect-error the wrapper keeps the types of the function's parameters
double('2');

export class Agent {
  @trace({ name: 'handle' }) async handle(ticket: string): Promise<string> { return this.search(ticket); }
  @span({ kind: 'tool' }) async search(query: string): Promise<string> { return query; }
  @span static find(id: number): number { return id; }
}

export const later: Promise<string> = clew.trace('handle', async (handle) => {
  using lookup = handle.span('lookup', { kind: 'retriever' });
  return lookup.run(() => 'found');
});
export const now: number = clew.trace('count', () => 1);
export const names: readonly string[] = exporter.spans.map((record: SpanRecord) => record.name);
export const active: string | undefined = currentSpan()?.spanId;

export class Receptionist {
  @userTurn hear(audio: Uint8Array): string { return this.transcribe(audio).text; }
  @stage('stt', { provider: 'deepgram', model: 'nova-3' }) transcribe(audio: Uint8Array) { return { text: String(audio.length) }; }
}
export const call = startSession({ agentId: 'reception' });
export const said: string = call.agentTurn((turn) => { turn.setTranscript('Hello.'); return 'Hello.'; });
export const attached = (session: LiveKitSession) => new VoiceObservability({ audio: false }).attach(session, { agentId: 'a' });
`;

let consumer: Consumer;

beforeAll(async () => {
  consumer = await Consumer.create();
  await consumer.link('@types/node');
  await consumer.write('index.mts', source);
  await consumer.write('index.cts', source);
});

afterAll(() => consumer.remove());

describe('the declarations', () => {
  const settings = {
    esm: { files: ['index.mts'], module: 'nodenext' },
    commonJs: { files: ['index.cts'], module: 'nodenext' },
    bundler: { files: ['index.mts'], module: 'preserve', moduleResolution: 'bundler' },
    legacyDecorators: { files: ['index.mts'], module: 'nodenext', experimentalDecorators: true },
  };

  it.each(Object.entries(settings))('fit strict users: %s', async (name, { files, ...options }) => {
    const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true };
    const compilerOptions = { target: 'es2022', types: ['node'], skipLibCheck: false, ...strict, ...options };
    await consumer.write(`${name}.json`, JSON.stringify({ compilerOptions, files }));
    expect(await consumer.tool('tsc', '-p', `${name}.json`)).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
