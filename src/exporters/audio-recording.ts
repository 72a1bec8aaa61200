/** A call's recording on its way to where it is kept: a file that is deleted once every exporter has answered. */
export interface AudioRecording {
  readonly traceId: string;
  /** What the trace's record calls it (`voice.audio.ref`), and what it shall be found by: a file's name. */
  readonly ref: string;
  /** The temporary file. */
  readonly path: string;
  /** `wav`, `opus`, … */
  readonly codec: string;
  readonly byteLength: number;
  readonly durationMs: number;
  /** True where its bytes are encrypted: keep them as they are. */
  readonly isEncrypted: boolean;
}
