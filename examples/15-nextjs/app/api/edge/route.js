export const runtime = 'edge';

/** Nothing of clew is imported here. */
export function GET() {
  return Response.json({ traced: false });
}
