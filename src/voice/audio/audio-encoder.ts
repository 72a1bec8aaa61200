/** One stream of an encoder. */
export interface EncoderStream {
  /** Takes samples, and gives the bytes that are ready; they may be none. The array is used again afterwards. */
  encode(pcm: Int16Array): Uint8Array;
  /** Gives the last bytes. Called once. */
  end(): Uint8Array;
  /** Frees what the encoder holds, whether or not the stream came to its end. Called once. */
  close?(): void;
}

/** Turns PCM into smaller files. Without one, recordings are WAV. */
export interface AudioEncoder {
  /** Such as `opus`. */
  readonly codec: string;
  /** Of a file, without the dot, such as `ogg`. */
  readonly extension: string;
  /** A new stream of 24 kHz mono samples of signed 16 bit. May fail, as where its package is not installed. */
  start(): EncoderStream | Promise<EncoderStream>;
}
