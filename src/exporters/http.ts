import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { ClewConfigError, hidden } from '../base/config-error.ts';
import { dataFolder } from '../base/data-folder.ts';
import { messageOf } from '../base/message.ts';
import { nextTurn } from '../base/timers.ts';
import type { SpanRecord } from '../span/record.ts';
import { countSpans, type TraceRecord } from '../span/trace-record.ts';
import type { AudioRecording } from './audio-recording.ts';
import type { ExporterReport, ExportResult, TraceExporter } from './exporter.ts';
import { gzip } from './gzip.ts';
import { judge, judgeAudio, type HttpTarget, type Rejection, type Verdict } from './http-answer.ts';
import { bodyOf, fits, halve, Piece, tracesOf } from './http-batch.ts';
import { audioForm } from './http-audio.ts';
import { HttpConnection } from './http-connection.ts';
import { Outcome, processEnded } from './outcome.ts';
import { Spool } from './spool.ts';
import { Turns } from './turns.ts';

export interface HttpOptions {
  /** Where the server is; `/api/ingest` is added. Default `http://127.0.0.1:4319`. */
  readonly baseUrl?: string;
  /** Sent as `Authorization: Bearer`. Required unless the server is on this machine. */
  readonly token?: string;
  /** Milliseconds for one request in all, from 1. Default 30,000. */
  readonly timeoutMs?: number;
  /**
   * Keeps what is not sent yet on disk too, in `.clew/spool` or the folder that is named, up to 256 MiB: it survives
   * `kill -9` and is sent by the next process. Default false.
   */
  readonly spool?: boolean | string;
}

/** The address of our own studio. */
const defaultBaseUrl = 'http://127.0.0.1:4319';
const defaultTimeoutMs = 30_000;
const defaultSpool = join(dataFolder, 'spool');
const spoolBytes = 268_435_456;
/** A line of one megabit in a second. */
const slowestBytesPerMs = 125;

/**
 * Sends traces to a server by HTTP (design section 4): gzipped batches of up to 512 spans and 1 MiB, one request in
 * flight over one kept connection. It has a queue of its own, which sends every `flushIntervalMs` or at `flushThreshold`
 * spans, and tries again what could not be sent. A record that the server refuses costs nothing but itself. Running
 * spans are sent too, so that a trace can be watched. After an answer of 401 or 403 nothing more is sent.
 *
 * @throws ClewConfigError when the address is none, or the token is missing for a server on another machine.
 * @example
 * ```ts
 * import { createTracer, HttpTraceExporter } from 'clew';
 * const exporter = new HttpTraceExporter({ baseUrl: 'http://127.0.0.1:4319' });
 * const tracer = createTracer({ exporter, flushIntervalMs: 1_000 });
 * const { sent, dropped, pending } = await tracer.flush({ timeoutMs: 2_000 });
 * console.log(sent, dropped, pending); // 0 0 0
 * ```
 */
export class HttpTraceExporter implements TraceExporter {
  /** Undefined for a class that extends this one: it may do more. */
  readonly target: string | undefined;
  readonly batchesSpans = true;
  readonly takesOpenTraces = true;
  readonly #connection: HttpConnection;
  readonly #origin: string;
  readonly #target: HttpTarget;
  readonly #spool: Spool | undefined;
  #report: ExporterReport | undefined;
  #isAudioForbidden = false;
  /** Why nothing is sent any more. */
  #stopped: string | undefined;
  /** One request at a time, whoever asks for it. */
  readonly #turns = new Turns();
  #recovery: Promise<boolean> | undefined;

  constructor({ baseUrl = defaultBaseUrl, token, timeoutMs = defaultTimeoutMs, spool = false }: HttpOptions = {}) {
    const url = readUrl(baseUrl);
    if (token !== undefined && (typeof token !== 'string' || token === '')) {
      throw new ClewConfigError('token', hidden(token), 'a text that is not empty');
    }
    if (token === undefined && !isLoopback(url)) {
      throw new ClewConfigError('token', undefined, `a text: it is required to send to ${url.host}`);
    }
    if (!(timeoutMs >= 1 && timeoutMs < 2 ** 31)) {
      throw new ClewConfigError('timeoutMs', timeoutMs, 'a number of milliseconds from 1');
    }
    if (typeof spool !== 'boolean' && (typeof spool !== 'string' || spool === '')) {
      throw new ClewConfigError('spool', spool, 'true, false or the path of a folder');
    }
    this.#spool = spool === false ? undefined : this.#createSpool(spool === true ? defaultSpool : spool);
    this.#origin = url.origin;
    if (new.target === HttpTraceExporter) {
      // The token is a secret, and this can be read by everybody.
      const key = token === undefined ? '' : createHash('sha256').update(token).digest('hex');
      this.target = `http ${JSON.stringify([url.href, key, timeoutMs, spool])}`;
    }
    this.#target = { url, token, timeoutMs };
    this.#connection = new HttpConnection(this.#target);
  }

  /** What earlier processes have left in the spool is sent now. */
  connect(report: ExporterReport): void {
    this.#report = report;
    if (this.#spool !== undefined) void this.#recover(this.#spool);
  }

  enqueued(trace: TraceRecord): void {
    this.#spool?.add(trace);
  }

  /** One trace in a request of its own; rejects when it was not taken. In a tracer the queue calls `exportBatch`. */
  async export(trace: TraceRecord): Promise<void> {
    const { dropped, reasons, retry } = await this.exportBatch([trace]);
    if (retry !== undefined) throw new Error(retry.reason);
    if (dropped > 0) throw new Error(Object.keys(reasons).join(', '));
  }

  async exportBatch(traces: readonly TraceRecord[], openSpans: readonly SpanRecord[] = []): Promise<ExportResult> {
    const outcome = await this.#turns.take(() => this.#sendBatch(traces, openSpans));
    if (this.#spool === undefined) return outcome;
    const kept = new Set(outcome.retry?.traces.map(({ traceId }) => traceId));
    this.#spool.remove(traces.filter(({ traceId }) => !kept.has(traceId)));
    // The server works again: what could not be sent at the start is tried once more.
    if (outcome.sent > 0 && this.#recovery === undefined) void this.#recover(this.#spool);
    return outcome;
  }

  exportBatchSync(traces: readonly TraceRecord[]): ExportResult {
    if (this.#spool !== undefined) {
      this.#spool.write();
      return { sent: 0, dropped: 0, reasons: {}, retry: { traces, reason: processEnded } };
    }
    return Outcome.lost(traces, processEnded);
  }

  /** Sends a recording as a form to `/api/voice/{trace_id}/audio`; rejects what can be tried again. */
  async exportAudio(recording: AudioRecording): Promise<boolean> {
    if (this.#stopped !== undefined || this.#isAudioForbidden) return false;
    const connection = new HttpConnection(audioTarget(this.#target, recording));
    try {
      const verdict = judgeAudio(await connection.post(audioForm(recording)));
      if (verdict.kind === 'later') throw new Error(`${this.#origin} did not take a recording: ${verdict.reason}`);
      if (verdict.kind === 'taken') return true;
      this.#isAudioForbidden = verdict.kind === 'forbidden';
      const rest = this.#isAudioForbidden ? 'no recording is sent to it any more' : 'it is dropped';
      this.#report?.warn('http-audio', `${this.#origin} refused a recording (${verdict.reason}); ${rest}`);
      return false;
    } finally {
      connection.close();
    }
  }

  /** Waits for what was in the spool. */
  async flush(): Promise<void> {
    await this.#recovery;
  }

  async shutdown(): Promise<void> {
    this.#spool?.close();
    this.#connection.close();
    await Promise.resolve();
  }

  #createSpool(folder: string): Spool {
    return new Spool({
      folder: resolve(folder),
      maxBytes: spoolBytes,
      onLoss: (message, error) => this.#report?.warn('spool-failed', message, error),
    });
  }

  /** Sends what is left in the spool, as far as the server takes it. Never rejects. */
  #recover(spool: Spool): Promise<boolean> {
    const recovery = this.#sendLeft(spool).catch((error: unknown) => {
      this.#report?.warn('spool-failed', 'what was left in the spool could not be sent', error);
      return false;
    });
    this.#recovery = recovery;
    // What was sent need not be tried again; what was not is, once the server has taken something.
    void recovery.then((isSent) => {
      if (!isSent) this.#recovery = undefined;
    });
    return recovery;
  }

  async #sendLeft(spool: Spool): Promise<boolean> {
    // Reading files in the middle of the program's start would be felt.
    await nextTurn();
    for (const { traces, remove, giveBack } of spool.left()) {
      const { retry } = await this.#turns.take(() => this.#sendBatch(traces, []));
      if (retry !== undefined) {
        giveBack();
        return false;
      }
      remove();
    }
    return true;
  }

  async #sendBatch(traces: readonly TraceRecord[], openSpans: readonly SpanRecord[]): Promise<Outcome> {
    const outcome = new Outcome();
    await this.#send(
      traces.map((trace) => new Piece(trace)),
      openSpans,
      outcome,
    );
    return outcome;
  }

  async #send(pieces: readonly Piece[], openSpans: readonly SpanRecord[], outcome: Outcome): Promise<void> {
    if (pieces.length === 0 && openSpans.length === 0) return;
    const traces = tracesOf(pieces);
    // After one failure nothing of the batch is tried any more.
    if (outcome.retry !== undefined) return outcome.keep(traces, outcome.retry);
    if (this.#stopped !== undefined) return outcome.drop(countSpans(traces), this.#stopped);
    const halves = fits(pieces) ? undefined : halve(pieces);
    if (halves !== undefined) return this.#sendHalves(halves, openSpans, outcome);
    const verdict = await this.#post(pieces, openSpans);
    switch (verdict.kind) {
      case 'taken':
        return this.#taken(countSpans(traces), verdict.rejections, outcome);
      case 'refused':
        return this.#refused(pieces, verdict.reason, openSpans, outcome);
      case 'forbidden':
        this.#stopped = verdict.reason;
        this.#report?.warn('http-forbidden', `${this.#origin} answered ${verdict.reason}; nothing more is sent to it`);
        return outcome.drop(countSpans(traces), verdict.reason);
      case 'later':
        this.#report?.warn(
          'http-unreachable',
          `${this.#origin} did not take traces (${verdict.reason}); they are kept`,
        );
        return outcome.keep(traces, verdict);
    }
  }

  async #post(pieces: readonly Piece[], openSpans: readonly SpanRecord[]): Promise<Verdict> {
    try {
      const body = await gzip(bodyOf(pieces, openSpans));
      return judge(await this.#connection.postJson(body), tracesOf(pieces));
    } catch (error) {
      return { kind: 'later', reason: messageOf(error) };
    }
  }

  /** A server that counts wrong is believed no further than the request went. */
  #taken(spans: number, rejections: readonly Rejection[], outcome: Outcome): void {
    let left = spans;
    for (const rejection of rejections) {
      const lost = Math.min(left, rejection.spans);
      outcome.drop(lost, rejection.reason);
      left -= lost;
    }
    outcome.send(left);
    if (left === spans) return;
    const reasons = new Set(rejections.map(({ reason }) => reason));
    this.#report?.warn('http-rejected', `${this.#origin} did not take spans: ${[...reasons].join(', ')}`);
  }

  /** Halves, until the one record is found that the server does not like. */
  async #refused(
    pieces: readonly Piece[],
    reason: string,
    openSpans: readonly SpanRecord[],
    outcome: Outcome,
  ): Promise<void> {
    // The open spans come again with their trace; one of them may be what is wrong.
    if (openSpans.length > 0) return this.#send(pieces, [], outcome);
    const halves = halve(pieces);
    if (halves !== undefined) return this.#sendHalves(halves, [], outcome);
    this.#report?.warn('http-refused', `${this.#origin} refused a record (${reason}); it is dropped`);
    outcome.drop(countSpans(tracesOf(pieces)), reason);
  }

  async #sendHalves(
    [first, second]: readonly [readonly Piece[], readonly Piece[]],
    openSpans: readonly SpanRecord[],
    outcome: Outcome,
  ): Promise<void> {
    await this.#send(first, openSpans, outcome);
    await this.#send(second, [], outcome);
  }
}

/** A connection of its own, since batches must not wait for minutes of audio; and time for a slow line. */
function audioTarget({ url, token, timeoutMs }: HttpTarget, { traceId, byteLength }: AudioRecording): HttpTarget {
  const audioUrl = new URL(url);
  audioUrl.pathname = `${url.pathname.slice(0, -'/ingest'.length)}/voice/${traceId}/audio`;
  return { url: audioUrl, token, timeoutMs: timeoutMs + byteLength / slowestBytesPerMs };
}

function readUrl(baseUrl: string): URL {
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    // What it is may hold a password: its length has to do.
    throw new ClewConfigError('baseUrl', baseUrl, 'an http or https address without user, password and query');
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/ingest`;
  return url;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
