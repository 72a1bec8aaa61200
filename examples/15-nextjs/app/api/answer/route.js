import { getTracer } from 'clew';
import { lookup } from '../../../agent.js';

export const dynamic = 'force-dynamic';

export async function GET(request) {
  const id = new URL(request.url).searchParams.get('order') ?? 'ord_1';
  return Response.json(await getTracer().trace('answer-request', () => lookup(id)));
}
