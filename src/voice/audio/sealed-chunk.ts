import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * An encrypted recording, so that nothing plain touches the disk, a reader can begin anywhere, and neither side holds
 * more than one chunk. All numbers are big-endian.
 *
 * ```text
 * header      64 bytes
 *    0   8    'clewaud1': the magic, with the version
 *    8   4    length of the head, in plain bytes; 0 for none
 *   12   4    length of a chunk, in plain bytes: 65,536
 *   16  32    salt, random for each file
 *   48  16    key check: tells a wrong key from a damaged file
 * head chunk  as long as the head, and 16 bytes of tag; absent if the head's length is 0
 * chunks      65,536 bytes each, and 16 bytes of tag; the last is shorter, or as long, or empty if all are
 * ```
 *
 * HKDF-SHA-256 of the key, the salt and 'clew recording' gives 55 bytes: the file's own key (32), the nonce prefix (7)
 * and the key check (16). Each chunk is AES-256-GCM with a nonce of prefix (7), chunk number (4) and one byte that is 1
 * for the last chunk; the header is authenticated with each. The head is chunk 0, the others count from 1; each number
 * is used once. So chunks that are swapped, a file that was cut, and any changed bit are noticed.
 */
export const headerLength = 64;
const magic = Buffer.from('clewaud1', 'latin1');
const tagLength = 16;
const purpose = 'clew recording';
const cipher = 'aes-256-gcm';
const saltStart = 16;
const checkStart = 48;
const mostChunkLength = 16_777_216;

/** Where a chunk stands. */
export interface ChunkPlace {
  readonly number: number;
  readonly isLast: boolean;
}

export interface SealLayout {
  /** In plain bytes. */
  readonly headLength: number;
  /** In plain bytes. */
  readonly chunkLength: number;
}

/** How long plain bytes are as a chunk. */
export function sealedLength(plainBytes: number): number {
  return plainBytes + tagLength;
}

/** Whether bytes begin as an encrypted recording does. */
export function isSealed(start: Uint8Array): boolean {
  return magic.equals(start.subarray(0, magic.length));
}

/** What a header says; undefined where it says nothing that can be. */
export function readLayout(header: Buffer): SealLayout | undefined {
  if (header.length < headerLength || !isSealed(header)) return undefined;
  const layout = { headLength: header.readUInt32BE(8), chunkLength: header.readUInt32BE(12) };
  const isPossible = layout.chunkLength > 0 && layout.chunkLength <= mostChunkLength;
  return isPossible && layout.headLength <= mostChunkLength ? layout : undefined;
}

/** Seals and opens the chunks of one file. */
export class ChunkSeal {
  readonly header: Buffer;
  readonly #key: Buffer;
  readonly #prefix: Buffer;

  private constructor(header: Buffer, secrets: Secrets) {
    this.header = header;
    this.#key = secrets.key;
    this.#prefix = secrets.prefix;
  }

  static create(key: Uint8Array, { headLength, chunkLength }: SealLayout): ChunkSeal {
    const header = Buffer.alloc(headerLength);
    magic.copy(header);
    header.writeUInt32BE(headLength, 8);
    header.writeUInt32BE(chunkLength, 12);
    randomBytes(checkStart - saltStart).copy(header, saltStart);
    const secrets = derive(key, header);
    secrets.check.copy(header, checkStart);
    return new ChunkSeal(header, secrets);
  }

  /** Of a file that is there; undefined if it was written with another key. */
  static open(key: Uint8Array, header: Buffer): ChunkSeal | undefined {
    const secrets = derive(key, header);
    return timingSafeEqual(secrets.check, header.subarray(checkStart)) ? new ChunkSeal(header, secrets) : undefined;
  }

  seal(plain: Uint8Array, place: ChunkPlace): Buffer {
    const sealing = createCipheriv(cipher, this.#key, this.#nonce(place)).setAAD(this.header);
    return Buffer.concat([sealing.update(plain), sealing.final(), sealing.getAuthTag()]);
  }

  /** The plain bytes; undefined if the chunk is not what was sealed for this place. */
  unseal(sealed: Buffer, place: ChunkPlace): Buffer | undefined {
    if (sealed.length < tagLength) return undefined;
    const length = sealed.length - tagLength;
    const opening = createDecipheriv(cipher, this.#key, this.#nonce(place), { authTagLength: tagLength });
    opening.setAAD(this.header).setAuthTag(sealed.subarray(length));
    try {
      return Buffer.concat([opening.update(sealed.subarray(0, length)), opening.final()]);
    } catch {
      return undefined;
    }
  }

  #nonce({ number, isLast }: ChunkPlace): Buffer {
    const nonce = Buffer.alloc(12);
    this.#prefix.copy(nonce);
    nonce.writeUInt32BE(number, 7);
    nonce.writeUInt8(isLast ? 1 : 0, 11);
    return nonce;
  }
}

interface Secrets {
  readonly key: Buffer;
  readonly prefix: Buffer;
  readonly check: Buffer;
}

function derive(key: Uint8Array, header: Buffer): Secrets {
  const bytes = Buffer.from(hkdfSync('sha256', key, header.subarray(saltStart, checkStart), purpose, 55));
  return { key: bytes.subarray(0, 32), prefix: bytes.subarray(32, 39), check: bytes.subarray(39) };
}
