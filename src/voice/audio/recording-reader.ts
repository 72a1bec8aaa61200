import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { checkAudioKey } from './audio-key.ts';
import { ChunkSeal, headerLength, isSealed, readLayout, sealedLength } from './sealed-chunk.ts';

/** Bytes of a plain file that are read at once. */
const readLength = 65_536;

export interface ReadRecordingOptions {
  /** The 32 bytes that it was encrypted with. Not needed for a plain recording. */
  readonly key?: Uint8Array;
  /** The first byte of the content that is wanted: by default 0. */
  readonly start?: number;
  /** After the last byte that is wanted, as in `slice`: by default the end. */
  readonly end?: number;
}

/** Where a recording can be piped to: any writable stream of Node. */
export interface RecordingSink {
  write(bytes: Uint8Array): unknown;
  end(): unknown;
}

/**
 * What is used of a Node `Readable`, which it is. Described here, so that the declarations need no `@types/node`; where the
 * compiler has to know it as one, `Readable.from(stream)` does.
 */
export interface RecordingStream extends AsyncIterable<Uint8Array> {
  /** Writes everything to a writable stream of Node. `pipeline` of `node:stream` takes this stream too. */
  pipe(destination: RecordingSink, options?: { readonly end?: boolean }): unknown;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'data', listener: (bytes: Uint8Array) => void): this;
  on(event: 'end' | 'close', listener: () => void): this;
  destroy(error?: Error): this;
}

/**
 * Reads a recording back as a stream of its plain bytes, encrypted or not; of an encrypted one only the chunks that are
 * asked for are decrypted, and the last one, which tells that nothing was cut off. A missing or wrong key and a damaged
 * file destroy the stream with an error that says so.
 *
 * @example
 * ```ts
 * import type { ServerResponse } from 'node:http';
 * import { parseAudioKey, readRecording } from 'clew/voice';
 * function play(ref: string, response: ServerResponse) {
 *   const key = parseAudioKey(process.env['CLEW_AUDIO_KEY'] ?? '');
 *   readRecording(`.clew/audio/${ref}`, { key, start: 1_000_000, end: 2_000_000 }).pipe(response);
 * }
 * ```
 */
export function readRecording(path: string, options: ReadRecordingOptions = {}): RecordingStream {
  return Readable.from(readContent(path, options), { objectMode: false });
}

/** How many plain bytes a recording has, encrypted or not: what a player is told. Needs no key. Rejects as reading does. */
export async function measureRecording(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    return (await findLayout(handle)).contentLength;
  } finally {
    await handle.close();
  }
}

/** Where the content of a file is. */
interface Layout {
  /** Undefined for a plain file. */
  readonly header: Buffer | undefined;
  readonly headLength: number;
  readonly chunkLength: number;
  readonly contentLength: number;
  readonly size: number;
}

async function* readContent(path: string, options: ReadRecordingOptions): AsyncGenerator<Buffer> {
  if (options.key !== undefined) checkAudioKey(options.key);
  const handle = await open(path, 'r');
  try {
    yield* readRange(handle, options);
  } finally {
    await handle.close();
  }
}

async function* readRange(handle: FileHandle, { key, start = 0, end }: ReadRecordingOptions): AsyncGenerator<Buffer> {
  const layout = await findLayout(handle);
  const first = Math.max(0, Math.floor(start));
  const last = Math.min(layout.contentLength, Math.floor(end ?? layout.contentLength));
  if (layout.header === undefined) yield* readPlain(handle, first, last);
  else yield* readSealed(handle, layout, { seal: openSeal(layout.header, key), first, last });
}

function openSeal(header: Buffer, key: Uint8Array | undefined): ChunkSeal {
  if (key === undefined) throw new Error('clew: this recording is encrypted, and there is no key to read it with');
  const seal = ChunkSeal.open(key, header);
  if (seal === undefined) throw new Error('clew: this recording is encrypted with another key');
  return seal;
}

async function* readPlain(handle: FileHandle, first: number, last: number): AsyncGenerator<Buffer> {
  for (let at = first; at < last; at += readLength) yield await readAt(handle, at, Math.min(readLength, last - at));
}

interface Wanted {
  readonly seal: ChunkSeal;
  readonly first: number;
  readonly last: number;
}

async function* readSealed(handle: FileHandle, layout: Layout, { seal, first, last }: Wanted): AsyncGenerator<Buffer> {
  const chunks = findChunks(layout);
  const end = chunks(Number.POSITIVE_INFINITY);
  const ending = await readChunk(handle, end, seal);
  for (let at = first; at < last;) {
    const chunk = chunks(at);
    const plain = chunk.number === end.number ? ending : await readChunk(handle, chunk, seal);
    yield plain.subarray(at - chunk.start, last - chunk.start);
    at = chunk.start + plain.length;
  }
}

interface Chunk {
  readonly number: number;
  readonly isLast: boolean;
  /** Of its first plain byte in the content. */
  readonly start: number;
  /** In the file, with its tag. */
  readonly position: number;
  readonly length: number;
}

/** Tells the chunk that holds a byte of the content. */
function findChunks({ headLength, chunkLength, contentLength, size }: Layout): (at: number) => Chunk {
  const count = Math.max(1, Math.ceil((contentLength - headLength) / chunkLength));
  const bodyStart = headerLength + (headLength > 0 ? sealedLength(headLength) : 0);
  return (at) => {
    if (at < headLength) {
      return { number: 0, isLast: false, start: 0, position: headerLength, length: sealedLength(headLength) };
    }
    const number = Math.min(count, Math.floor((at - headLength) / chunkLength) + 1);
    const start = headLength + (number - 1) * chunkLength;
    const position = bodyStart + (number - 1) * sealedLength(chunkLength);
    const length = Math.min(sealedLength(chunkLength), size - position);
    return { number, isLast: number === count, start, position, length };
  };
}

async function readChunk(handle: FileHandle, chunk: Chunk, seal: ChunkSeal): Promise<Buffer> {
  const plain = seal.unseal(await readAt(handle, chunk.position, chunk.length), chunk);
  if (plain === undefined) throw damaged();
  return plain;
}

async function findLayout(handle: FileHandle): Promise<Layout> {
  const { size } = await handle.stat();
  const header = await readAt(handle, 0, Math.min(size, headerLength));
  if (!isSealed(header)) return { header: undefined, headLength: 0, chunkLength: 0, contentLength: size, size };
  const layout = readLayout(header);
  if (layout === undefined) throw damaged();
  const { headLength, chunkLength } = layout;
  const body = size - headerLength - (headLength > 0 ? sealedLength(headLength) : 0);
  const tags = Math.ceil(body / sealedLength(chunkLength)) * sealedLength(0);
  if (body < sealedLength(0) || body < tags) throw damaged();
  return { header, headLength, chunkLength, contentLength: headLength + body - tags, size };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw damaged();
    filled += bytesRead;
  }
  return bytes;
}

function damaged(): Error {
  return new Error('clew: this recording is damaged: it was cut off, changed, or never finished');
}
