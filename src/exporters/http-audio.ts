import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { AudioRecording } from './audio-recording.ts';
import type { HttpBody } from './http-connection.ts';

/** A recording as a form (RFC 7578): what is known of it as JSON, then the file, streamed from the disk. */
export function audioForm(recording: AudioRecording): HttpBody {
  const boundary = `clew-${randomUUID()}`;
  const { ref, codec, byteLength, durationMs, isEncrypted, traceId } = recording;
  const facts = {
    trace_id: traceId,
    ref,
    codec,
    duration_ms: durationMs,
    byte_length: byteLength,
    encrypted: isEncrypted,
  };
  const head =
    `--${boundary}\r\ncontent-disposition: form-data; name="recording"\r\ncontent-type: application/json\r\n\r\n` +
    `${JSON.stringify(facts)}\r\n--${boundary}\r\n` +
    `content-disposition: form-data; name="audio"; filename="${ref}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': Buffer.byteLength(head) + byteLength + Buffer.byteLength(tail),
    },
    send: (outgoing) => void sendFile(outgoing, recording, { head, tail }),
  };
}

/** Never rejects: a file that cannot be read ends the request, whose error is the answer. */
async function sendFile(
  outgoing: ClientRequest,
  { path }: AudioRecording,
  { head, tail }: { readonly head: string; readonly tail: string },
): Promise<void> {
  outgoing.write(head);
  try {
    await pipeline(createReadStream(path), outgoing, { end: false });
    outgoing.end(tail);
  } catch (error) {
    outgoing.destroy(error instanceof Error ? error : undefined);
  }
}
