import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTracer, FileTraceExporter, InMemoryTraceExporter, type SpanRecord, type TraceRecord } from 'clew';
import { VoiceObservability } from 'clew/livekit';
import type { TurnVoice } from 'clew/voice';
import type { Attach } from '../../fixtures/livekit/conversation.ts';
import { RecordingLogger } from '../../fixtures/recording-logger.ts';
import { parseWav, type Wav } from '../audio/pretend-call.ts';

/** Turns, each with what it tells and what it is made of. */
export interface TurnSeen extends TurnVoice {
  readonly span: SpanRecord;
  readonly below: readonly SpanRecord[];
}

/** Real sessions, all at once, listened to by one process: as in a worker that serves several rooms. */
export class RealCalls {
  readonly log = new RecordingLogger();
  readonly observability: VoiceObservability;
  readonly #memory = new InMemoryTraceExporter();
  readonly #folder = mkdtempSync(join(tmpdir(), 'clew-calls-'));
  readonly #file = join(this.#folder, 'calls.ndjson');

  constructor() {
    const exporters = [this.#memory, new FileTraceExporter(this.#file)];
    this.observability = new VoiceObservability({
      tracer: createTracer({ exporters, logger: this.log }),
      audio: { folder: this.#folder },
    });
  }

  /** What a scenario is run with, so that its call is found by this name; `name 2` is its second call. */
  attach(name: string): Attach {
    let count = 0;
    return (session) => {
      count += 1;
      this.observability.attach(session, { agentId: count === 1 ? name : `${name} ${count}` });
    };
  }

  async shutdown(): Promise<void> {
    await this.observability.shutdown();
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  trace(name: string): TraceRecord {
    const traces = this.#memory.traces.filter((trace) => trace.name === name);
    const [trace] = traces;
    if (trace === undefined || traces.length > 1) throw new Error(`${traces.length} calls of ${name}`);
    return trace;
  }

  turns(name: string): readonly TurnSeen[] {
    const { spans } = this.trace(name);
    return spans.flatMap((span) => {
      if (span.voice === null || !('role' in span.voice)) return [];
      return [{ ...span.voice, span, below: spans.filter(({ parentId }) => parentId === span.spanId) }];
    });
  }

  /** `user "Hello"`, `agent "Well" interrupted`: who said what, in order. */
  said(name: string): readonly string[] {
    return this.turns(name).map(({ role, transcript, interrupted }) =>
      [role, transcript === null ? '…' : `"${transcript}"`, ...(interrupted ? ['interrupted'] : [])].join(' '),
    );
  }

  recording(name: string): Wav {
    const ref = this.trace(name).voice?.audio?.ref ?? '';
    return parseWav(readFileSync(join(`${this.#file}.audio`, ref)));
  }
}
