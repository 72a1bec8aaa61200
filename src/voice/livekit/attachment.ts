import { isObject } from '../../base/object.ts';
import type { Report } from '../../base/report.ts';
import type { VoiceClient } from '../client.ts';
import type { VoiceSession } from '../session.ts';
import type { AttachOptions } from './attach-options.ts';
import { AudioTap } from './audio-tap.ts';
import { Conversation } from './conversation.ts';
import { textIn, type LiveKitSession } from './livekit-session.ts';
import { Patches } from './patches.ts';

/** What an attachment is made with. */
export interface AttachmentParts {
  readonly options: Partial<AttachOptions>;
  readonly client: VoiceClient;
  readonly onEnd: () => void;
}

type Handler = (event: unknown) => void;

/** One session of LiveKit's that is listened to, from `attach` until it closes. */
export class Attachment {
  readonly session: VoiceSession;
  readonly #livekit: LiveKitSession;
  readonly #parts: AttachmentParts;
  readonly #report: Report;
  readonly #conversation: Conversation;
  readonly #listeners: [name: string, listener: Handler][] = [];
  readonly #patches = new Patches();
  #tap: AudioTap | undefined;
  #knowsRoom = false;
  #isClosed = false;

  constructor(livekit: LiveKitSession, parts: AttachmentParts) {
    const { client, options } = parts;
    const { sttModel, llmModel, ttsModel, room, job: _, agentId = '', ...rest } = options;
    this.#livekit = livekit;
    this.#parts = parts;
    this.#report = client.tracer.report;
    const roomId = rest.roomId ?? textIn(room, 'name');
    this.session = client.startSession({
      transport: 'webrtc',
      ...rest,
      agentId,
      ...(roomId !== undefined && { roomId }),
    });
    this.#conversation = new Conversation({
      livekit,
      session: this.session,
      hints: { stt: sttModel, llm: llmModel, tts: ttsModel },
      now: () => client.tracer.clock.now(),
      guarded: (run) => this.#guarded(run),
    });
    this.#listen();
    this.#guarded(() => this.#hear());
  }

  /** Ends the call as if LiveKit had; for a worker that goes before its session has closed. */
  close(reason: string): void {
    this.#closed({ reason });
  }

  #listen(): void {
    const conversation = this.#conversation;
    this.#on('user_state_changed', (event) => conversation.userState(event));
    this.#on('agent_state_changed', (event) => {
      this.#findRoom();
      conversation.agentState(event);
    });
    this.#on('user_input_transcribed', (event) => conversation.transcribed(event));
    this.#on('conversation_item_added', (event) => conversation.itemAdded(event));
    this.#on('speech_created', (event) => conversation.speechCreated(event));
    this.#on('metrics_collected', (event) => conversation.metrics(event));
    this.#on('function_tools_executed', (event) => conversation.toolsExecuted(event));
    this.#on('agent_false_interruption', (event) => conversation.falseInterruption(event));
    this.#on('close', (event) => this.#closed(event));
    this.#watchErrors();
  }

  #hear(): void {
    const recorder = this.session.recordAudio();
    if (recorder !== undefined) this.#tap = new AudioTap(this.#livekit, recorder, (run) => this.#guarded(run));
  }

  #on(name: string, handle: Handler): void {
    const listener: Handler = (event) => {
      this.#guarded(() => {
        // One that cannot be read is told; what is only missing in it is not.
        if (isObject(event)) Reflect.get(event, 'type');
        handle(event);
      });
    };
    this.#listeners.push([name, listener]);
    this.#guarded(() => this.#livekit.on(name, listener));
  }

  /**
   * A listener to `error` would change what LiveKit does: without one it gives up where with one it tries again. So what
   * is emitted is seen in passing.
   */
  #watchErrors(): void {
    this.#patches.watchMethod(this.#livekit, 'emit', (name, event) => {
      if (name === 'error') this.#guarded(() => this.#conversation.failed(event));
    });
  }

  /** Who is in which room is known only when the session has started; the user may come later still. */
  #findRoom(): void {
    if (this.#knowsRoom) return;
    const { roomId, userId } = this.#parts.options;
    const room = roomId ?? textIn(this.#livekit, '_roomIO', 'rtcRoom', 'name');
    const user = userId ?? textIn(this.#livekit, '_roomIO', 'linkedParticipant', 'identity');
    this.#knowsRoom = room !== undefined && user !== undefined;
    this.session.update({ ...(room !== undefined && { roomId: room }), ...(user !== undefined && { userId: user }) });
  }

  #closed(event: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const [name, listener] of this.#listeners) this.#guarded(() => this.#livekit.off(name, listener));
    this.#guarded(() => this.#patches.restore());
    this.#guarded(() => this.#tap?.close());
    this.#guarded(() => this.#conversation.close(event));
    // Whatever went wrong above, the call is over.
    void this.session.end({ reason: 'closed' });
    this.#parts.onEnd();
  }

  /** What a listener throws would end the user's call: LiveKit lets it through (livekit/agents-js, `emit`). */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#report.warn(
        'livekit-event',
        'an event of LiveKit could not be read; the rest of the call is recorded',
        error,
      );
    }
  }
}
