import { ClewConfigError } from '../base/config-error.ts';
import { readVariable } from '../base/process.ts';
import { getTracer, createTracer } from '../init.ts';
import type { TracerOptions } from '../options.ts';
import type { FlushResult } from '../pipeline/lanes.ts';
import { givenOptions } from '../span/span-options.ts';
import type { DrainOptions } from '../tracer/tracer-stats.ts';
import { isTracer, type Tracer } from '../tracer/tracer.ts';
import type { AudioSource, RecordingFactsGiven } from './audio/recording-import.ts';
import { readAudioOption, withEnvironmentKey, type AudioOptions, type AudioSettings } from './audio-settings.ts';
import type { SessionOptions } from './options.ts';
import { VoiceSession } from './session.ts';

/** What `VoiceClient` and `VoiceObservability` take: a tracer, or what one is made of. */
export interface VoiceOptions extends TracerOptions {
  /** The tracer that records the calls. Default: the one that `init` made, else one of the other options. */
  readonly tracer?: Tracer;
  /** How calls are recorded, where an exporter keeps recordings. Default true (V45); false records none. */
  readonly audio?: boolean | AudioOptions;
}

const mostEnded = 100;

/**
 * Records calls, and is closed as one (V47, V55). Without options it uses the tracer that `init` made; where there is
 * none, or options are given, it has one of its own, which needs neither account nor server.
 *
 * @throws ClewConfigError when an option is wrong. Nothing else throws.
 * @example
 * ```ts
 * import { VoiceClient } from 'clew/voice';
 * const client = new VoiceClient({ name: 'support', mode: 'memory' });
 * const session = client.startSession({ agentId: 'support_v3', transport: 'webrtc' });
 * await session.end({ reason: 'user_left' });
 * await client.shutdown();
 * ```
 */
export class VoiceClient {
  readonly tracer: Tracer;
  readonly #ownsTracer: boolean;
  readonly #audio: AudioSettings | undefined;
  readonly #sessions = new Set<VoiceSession>();
  /** Those whose recording may still come. */
  readonly #ended = new Map<string, VoiceSession>();

  constructor({ tracer, audio, ...options }: VoiceOptions = {}) {
    if (tracer !== undefined && !isTracer(tracer)) {
      throw new ClewConfigError('tracer', tracer, 'a tracer of createTracer or init');
    }
    const settings = readAudioOption(audio);
    const given = tracer ?? (Object.keys(options).length === 0 ? recordingTracer() : undefined);
    this.tracer = given ?? createTracer(options);
    this.#ownsTracer = given === undefined;
    this.#audio = withEnvironmentKey(settings, readVariable('CLEW_AUDIO_KEY'), this.tracer.report);
  }

  /** The calls that go on. */
  get sessions(): readonly VoiceSession[] {
    return [...this.#sessions];
  }

  /** Begins a call (V48). Never throws. */
  startSession(options: SessionOptions): VoiceSession {
    // A call stays with the tracer that is in force at its start.
    const tracer = this.tracer.standIn ?? this.tracer;
    const session: VoiceSession = new VoiceSession(tracer, options, {
      audio: this.#audio,
      onEnd: () => this.#noteEnd(session),
    });
    this.#sessions.add(session);
    return session;
  }

  /**
   * Takes the recording of a call that goes on, or of one of the last hundred (V95): bytes, a path, or a stream.
   *
   * @returns Whether every exporter has taken it. Never rejects.
   */
  async uploadAudio(sessionId: string, audio: AudioSource, facts: RecordingFactsGiven = {}): Promise<boolean> {
    const isIt = (each: VoiceSession): boolean => each.sessionId === sessionId || each.traceId === sessionId;
    const session = [...this.#sessions, ...this.#ended.values()].findLast(isIt);
    if (session !== undefined) return session.uploadAudio(audio, facts);
    this.tracer.report.warn('unknown-session', 'a recording was given for a call that this client has not made');
    return false;
  }

  /** Sends what has ended; never rejects, never later than its deadline. */
  flush(options: DrainOptions = {}): Promise<FlushResult> {
    return this.tracer.flush(options);
  }

  /** Ends the calls that go on, and sends everything within 5 s (V21). The tracer that `init` made goes on. */
  async shutdown(options: DrainOptions = {}): Promise<FlushResult> {
    await Promise.all(this.sessions.map((session) => session.end({ reason: 'shutdown' })));
    return this.#ownsTracer ? this.tracer.shutdown(givenOptions(options)) : this.tracer.flush(givenOptions(options));
  }

  #noteEnd(session: VoiceSession): void {
    this.#sessions.delete(session);
    this.#ended.set(session.traceId, session);
    for (const traceId of this.#ended.keys()) {
      if (this.#ended.size <= mostEnded) break;
      this.#ended.delete(traceId);
    }
  }
}

/** Undefined where nobody called `init`. */
function recordingTracer(): Tracer | undefined {
  const tracer = getTracer();
  return tracer.isRecording ? tracer : undefined;
}

/** Begins a call with the tracer of the running code: the one that `init` made, unless one is scoped. Never throws. */
export function startSession(options: SessionOptions): VoiceSession {
  const tracer = getTracer();
  const audio = withEnvironmentKey({}, readVariable('CLEW_AUDIO_KEY'), tracer.report);
  return new VoiceSession(tracer, options, { audio });
}
