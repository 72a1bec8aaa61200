import { getTracer, createTracer } from '../init.ts';
import type { TracerOptions } from '../options.ts';
import type { FlushResult } from '../pipeline/lanes.ts';
import { givenOptions } from '../span/span-options.ts';
import type { DrainOptions, Tracer } from '../tracer/tracer.ts';
import type { SessionOptions } from './options.ts';
import { VoiceSession } from './session.ts';

/** What `VoiceClient` and `VoiceObservability` take: a tracer, or what one is made of. */
export interface VoiceOptions extends TracerOptions {
  /** The tracer that records the calls. Default: the one that `init` made, else one of the other options. */
  readonly tracer?: Tracer;
}

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
  readonly #sessions = new Set<VoiceSession>();

  constructor({ tracer, ...options }: VoiceOptions = {}) {
    const given = tracer ?? (Object.keys(options).length === 0 ? recordingTracer() : undefined);
    this.tracer = given ?? createTracer(options);
    this.#ownsTracer = given === undefined;
  }

  /** The calls that go on. */
  get sessions(): readonly VoiceSession[] {
    return [...this.#sessions];
  }

  /** Begins a call (V48). Never throws. */
  startSession(options: SessionOptions): VoiceSession {
    const session: VoiceSession = new VoiceSession(this.tracer, options, () => this.#sessions.delete(session));
    this.#sessions.add(session);
    return session;
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
}

/** Undefined where nobody called `init`. */
function recordingTracer(): Tracer | undefined {
  const tracer = getTracer();
  return tracer.isRecording ? tracer : undefined;
}

/** Begins a call with the tracer of the running code: the one that `init` made, unless one is scoped. Never throws. */
export function startSession(options: SessionOptions): VoiceSession {
  return new VoiceSession(getTracer(), options);
}
