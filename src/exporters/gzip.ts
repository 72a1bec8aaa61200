import { promisify } from 'node:util';
import { loadBuiltIn } from '../base/built-in.ts';

/** In a thread of Node's own, or by the platform's stream where the runtime has no zlib. Loaded when there is something to send. */
export async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = loadBuiltIn('node:zlib');
  if (zlib !== undefined) return new Uint8Array(await promisify<string, Buffer<ArrayBuffer>>(zlib.gzip)(text));
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
