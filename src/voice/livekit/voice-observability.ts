import { ClewConfigError } from '../../base/config-error.ts';
import { isObject } from '../../base/object.ts';
import type { FlushResult } from '../../pipeline/lanes.ts';
import { givenOptions } from '../../span/span-options.ts';
import type { DrainOptions } from '../../tracer/tracer-stats.ts';
import type { Tracer } from '../../tracer/tracer.ts';
import { VoiceClient, type VoiceOptions } from '../client.ts';
import type { VoiceSession } from '../session.ts';
import type { AttachOptions } from './attach-options.ts';
import { Attachment } from './attachment.ts';
import type { LiveKitJob, LiveKitSession } from './livekit-session.ts';

/**
 * Records what LiveKit agents do: each `AgentSession` is a call, with its turns, stages, interruptions, costs and mixed
 * audio. Imports nothing from LiveKit, and changes nothing in the agent.
 *
 * Without options it uses the tracer that `init` made; where there is none, or options are given, it has one of its own.
 *
 * @throws ClewConfigError when an option is wrong. Nothing else throws.
 * @example
 * ```ts no-run
 * import { voice } from '@livekit/agents';
 * import { VoiceObservability } from 'clew/livekit';
 * const observability = new VoiceObservability();
 * export async function entry(session: voice.AgentSession, agent: voice.Agent) {
 *   observability.attach(session, { agentId: 'support_v3' }); // before start, so that it hears the first word
 *   await session.start({ agent });
 * }
 * ```
 */
export class VoiceObservability {
  readonly #client: VoiceClient;
  /** By session: to attach twice is to attach once. */
  readonly #attachments = new Map<LiveKitSession, Attachment>();

  constructor(options: VoiceOptions = {}) {
    if (!isObject(options)) throw new ClewConfigError('options', options, 'an object');
    this.#client = new VoiceClient(options);
  }

  get tracer(): Tracer {
    return this.#client.tracer;
  }

  /** The calls that go on. */
  get sessions(): readonly VoiceSession[] {
    return this.#client.sessions;
  }

  /**
   * Records a session from now on until it closes (V7, V20). Call it before `session.start()`: audio that was played
   * before cannot be heard. Never throws.
   *
   * @returns The call, to say more of it; undefined, with one warning, for what is no session of LiveKit's.
   */
  attach(session: LiveKitSession, options: AttachOptions): VoiceSession | undefined {
    if (!isLiveKitSession(session)) {
      this.tracer.report.warn(
        'no-livekit-session',
        'attach was given what is no AgentSession (it has no functions on, off and emit); nothing of it is recorded. Pass the session that session.start() is called on',
      );
      return undefined;
    }
    const known = this.#attachments.get(session);
    if (known !== undefined) return known.session;
    const given = givenOptions(options);
    const attachment = new Attachment(session, {
      options: given,
      client: this.#client,
      onEnd: () => this.#attachments.delete(session),
    });
    this.#attachments.set(session, attachment);
    this.#awaitJob(given.job, attachment);
    return attachment.session;
  }

  /** Ends the calls that go on, and sends everything within 5 s (V21). For the worker's shutdown hook. Never rejects. */
  async shutdown(options: DrainOptions = {}): Promise<FlushResult> {
    for (const attachment of Array.from(this.#attachments.values())) attachment.close('shutdown');
    return this.#client.shutdown(options);
  }

  /** A job's process ends when its shutdown callbacks have; nothing later is heard. */
  #awaitJob(job: LiveKitJob | undefined, attachment: Attachment): void {
    try {
      job?.addShutdownCallback(async () => {
        // By then its session has closed, unless it never started.
        attachment.close('job_shutdown');
        await this.#client.flush();
      });
    } catch (error) {
      this.tracer.report.warn('livekit-job', 'the job took no shutdown callback; call shutdown() in your own', error);
    }
  }
}

function isLiveKitSession(value: unknown): value is LiveKitSession {
  try {
    return isObject(value) && ['on', 'off', 'emit'].every((name) => typeof Reflect.get(value, name) === 'function');
  } catch {
    return false;
  }
}
