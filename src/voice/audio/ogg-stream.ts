const headerLength = 27;
const mostSegments = 255;
const polynomial = 0x04_c1_1d_b7;
const continues = 0;
const begins = 2;
const ends = 4;

/** One packet, and where the audio is after it, in samples at 48 kHz. */
export interface OggPacket {
  readonly bytes: Uint8Array;
  readonly granule: number;
}

/** Puts the packets of one stream into pages of an Ogg file (RFC 3533). Each call makes pages of its own. */
export class OggStream {
  readonly #serial: number;
  #pages = 0;

  /** @param serial Any number of 32 bits. */
  constructor(serial: number) {
    this.#serial = serial;
  }

  /** Packets must be shorter than 64,000 bytes. The last call of a stream says so. */
  pages(packets: readonly OggPacket[], isLast = false): Buffer {
    const pages: Buffer[] = [];
    let group: OggPacket[] = [];
    let segments = 0;
    for (const packet of packets) {
      const needed = segmentsOf(packet);
      if (segments + needed > mostSegments) {
        pages.push(this.#page(group, false));
        group = [];
        segments = 0;
      }
      group.push(packet);
      segments += needed;
    }
    if (group.length > 0 || isLast) pages.push(this.#page(group, isLast));
    return Buffer.concat(pages);
  }

  #page(packets: readonly OggPacket[], isLast: boolean): Buffer {
    const lacing = packets.flatMap(lacingOf);
    const header = Buffer.alloc(headerLength + lacing.length);
    header.write('OggS', 0, 'latin1');
    header.writeUInt8((this.#pages === 0 ? begins : continues) | (isLast ? ends : 0), 5);
    header.writeBigInt64LE(BigInt(packets.at(-1)?.granule ?? -1), 6);
    header.writeUInt32LE(this.#serial, 14);
    header.writeUInt32LE(this.#pages, 18);
    header.writeUInt8(lacing.length, 26);
    header.set(lacing, headerLength);
    this.#pages += 1;
    const page = Buffer.concat([header, ...packets.map(({ bytes }) => bytes)]);
    page.writeUInt32LE(checksum(page), 22);
    return page;
  }
}

function segmentsOf({ bytes }: OggPacket): number {
  return Math.floor(bytes.length / 255) + 1;
}

/** A packet is runs of 255 bytes, and a shorter one that ends it. */
function lacingOf({ bytes }: OggPacket): readonly number[] {
  return [...Array<number>(Math.floor(bytes.length / 255)).fill(255), bytes.length % 255];
}

let table: Uint32Array | undefined;

function checksum(page: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, index) => remainder(index));
  let sum = 0;
  for (const byte of page) sum = ((sum << 8) ^ (table[(sum >>> 24) ^ byte] ?? 0)) >>> 0;
  return sum;
}

function remainder(index: number): number {
  let sum = index << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80_00_00_00 ? (sum << 1) ^ polynomial : sum << 1;
  return sum >>> 0;
}
