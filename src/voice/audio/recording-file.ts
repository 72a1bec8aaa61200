import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteAtExit, forgetAtExit, removeLeftovers, temporaryPrefix } from './temporary-files.ts';
import { ChunkSeal, headerLength, sealedLength } from './sealed-chunk.ts';

/** What is collected before it is written, and the size of a sealed chunk. */
const chunkLength = 65_536;

export interface RecordingFileOptions {
  /** By default the system's folder for temporary files. */
  readonly folder: string | undefined;
  /** 32 bytes; with it nothing plain touches the disk. */
  readonly key: Uint8Array | undefined;
  /** Bytes at the start that are known only at the end. */
  readonly headLength: number;
}

/**
 * A temporary file of ours, plain or sealed: a head that is written last, and a body that is written in order, in
 * chunks of 64 KiB. One write at a time: each call is to be awaited before the next.
 */
export class RecordingFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #headLength: number;
  readonly #seal: ChunkSeal | undefined;
  readonly #chunk = Buffer.allocUnsafeSlow(chunkLength);
  #collected = 0;
  #number = 1;
  #position: number;
  #contentLength: number;

  private constructor(path: string, handle: FileHandle, headLength: number, seal: ChunkSeal | undefined) {
    this.path = path;
    this.#handle = handle;
    this.#headLength = headLength;
    this.#seal = seal;
    this.#contentLength = headLength;
    this.#position = seal === undefined ? headLength : headerLength + (headLength > 0 ? sealedLength(headLength) : 0);
  }

  /** Rejects with what the file system says. */
  static async create({ folder = tmpdir(), key, headLength }: RecordingFileOptions): Promise<RecordingFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    void removeLeftovers(folder);
    const path = join(folder, `${temporaryPrefix}${randomBytes(12).toString('hex')}`);
    // It holds what people said: nobody else on the machine reads it.
    const handle = await open(path, 'wx', 0o600);
    deleteAtExit(path);
    const seal = key === undefined ? undefined : ChunkSeal.create(key, { chunkLength, headLength });
    const file = new RecordingFile(path, handle, headLength, seal);
    try {
      if (seal !== undefined) await file.#write(seal.header, 0);
      return file;
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  /** Bytes that a reader gets. */
  get contentLength(): number {
    return this.#contentLength;
  }

  /** Bytes on the disk. */
  get byteLength(): number {
    return this.#position;
  }

  get isEncrypted(): boolean {
    return this.#seal !== undefined;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#contentLength += bytes.length;
    for (let start = 0; start < bytes.length;) {
      // A full chunk waits for what follows: only the last one is sealed as the last.
      if (this.#collected === chunkLength) await this.#writeChunk(false);
      const part = bytes.subarray(start, start + chunkLength - this.#collected);
      this.#chunk.set(part, this.#collected);
      this.#collected += part.length;
      start += part.length;
    }
  }

  /** Writes what is collected and the head, and closes the file. */
  async finish(head: Uint8Array): Promise<void> {
    await this.#writeChunk(true);
    if (this.#headLength > 0) await this.#writeHead(head);
    await this.#handle.close();
  }

  /** Gives up: the file goes. Never rejects. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await removeFile(this.path);
  }

  async #writeChunk(isLast: boolean): Promise<void> {
    const plain = this.#chunk.subarray(0, this.#collected);
    const bytes = this.#seal === undefined ? plain : this.#seal.seal(plain, { number: this.#number, isLast });
    await this.#write(bytes, this.#position);
    this.#position += bytes.length;
    this.#number += 1;
    this.#collected = 0;
  }

  async #writeHead(head: Uint8Array): Promise<void> {
    if (this.#seal === undefined) return this.#write(head, 0);
    await this.#write(this.#seal.seal(head, { number: 0, isLast: false }), headerLength);
  }

  /** The system may write less than it was given. */
  async #write(bytes: Uint8Array, position: number): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, position + written);
      written += bytesWritten;
    }
  }
}

/** Never rejects: a file that is gone is what is wanted. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(() => {});
  forgetAtExit(path);
}
