import { answer } from '../../../agent.js';
// A module of its own chunk may call init again: it gets the tracer that is there.
import { clew } from '../../../tracing.js';

export const dynamic = 'force-dynamic';

export function GET(request) {
  const id = new URL(request.url).searchParams.get('order') ?? 'ord_2';
  // The trace ends with the stream, after this function returned.
  const parts = clew.trace('stream-request', () => ReadableStream.from(answer(id)));
  return new Response(parts.pipeThrough(new TextEncoderStream()));
}
