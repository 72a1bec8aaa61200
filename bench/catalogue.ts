import type { Subject } from './subject.ts';

/**
 * Every subject by name, in the order of the table. Each is loaded only in the process that runs it: OpenTelemetry allows one
 * global registration per process, and a loaded peer may patch what the others stand on.
 */
const loaders: Readonly<Record<string, () => Promise<Subject>>> = {
  bare: async () => (await import('./subjects/bare.ts')).bare,
  floor: async () => (await import('./subjects/floor.ts')).floor,
  'clew-off': async () => (await import('./subjects/clew.ts')).clewOff,
  'clew-memory-unmasked': async () => (await import('./subjects/clew.ts')).clewMemoryUnmasked,
  'clew-memory': async () => (await import('./subjects/clew.ts')).clewMemory,
  'clew-memory-secrets': async () => (await import('./subjects/clew.ts')).clewMemorySecrets,
  'clew-ndjson-unmasked': async () => (await import('./subjects/clew.ts')).clewNdjsonUnmasked,
  'clew-ndjson': async () => (await import('./subjects/clew.ts')).clewNdjson,
  'clew-sqlite': async () => (await import('./subjects/clew.ts')).clewSqlite,
  'clew-http': async () => (await import('./subjects/clew-http.ts')).clewHttp,
  otel: async () => (await import('./subjects/open-telemetry.ts')).otel,
  'otel-batch': async () => (await import('./subjects/open-telemetry.ts')).otelBatch,
  'otel-3': async () => (await import('./peers/otel-3/subject.ts')).otel3,
  langfuse: async () => (await import('./subjects/langfuse.ts')).langfuse,
  langsmith: async () => (await import('./subjects/langsmith.ts')).langsmith,
  'call-bare': async () => (await import('./subjects/call.ts')).callBare,
  'call-off': async () => (await import('./subjects/clew-call.ts')).callOff,
  'call-sampled-span': async () => (await import('./subjects/clew-call.ts')).callSampledSpan,
  'call-sampled-root': async () => (await import('./subjects/clew-call.ts')).callSampledRoot,
  'lines-sonic-boom': async () => (await import('./subjects/lines-sonic-boom.ts')).linesSonicBoom,
  'lines-clew': async () => (await import('./subjects/lines-clew.ts')).linesClew,
  'answers-bare': async () => (await import('./subjects/answers.ts')).answersBare,
  'answers-recorded': async () => (await import('./subjects/answers.ts')).answersRecorded,
  'answers-read': async () => (await import('./subjects/answers.ts')).answersRead,
  'stream-bare': async () => (await import('./subjects/answers.ts')).streamBare,
  'stream-read': async () => (await import('./subjects/answers.ts')).streamRead,
  'voice-spans': async () => (await import('./subjects/voice.ts')).voiceSpans,
  'voice-turns': async () => (await import('./subjects/voice.ts')).voiceTurns,
  'rows-bare': async () => (await import('./subjects/rows-bare.ts')).rowsBare,
  'rows-clew': async () => (await import('./subjects/rows-clew.ts')).rowsClew,
};

export const subjectNames: readonly string[] = Object.keys(loaders);

export async function loadSubject(name: string): Promise<Subject> {
  const load = loaders[name];
  if (load === undefined) throw new Error(`No subject '${name}'. There are: ${subjectNames.join(', ')}`);
  return load();
}
