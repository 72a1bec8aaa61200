import { readVersions } from './process.ts';

/** The oldest Node that clew records on; package.json and the README name the same. */
export const oldestNode = '22.13';

/**
 * What keeps clew from recording here, in words; undefined where nothing does. Bun, Deno and Workers tell of a Node that
 * they are like; each of them is as new as it has to be.
 */
export function whatIsMissing(versions = readVersions()): string | undefined {
  if (isCloudflareWorkers() || versions['bun'] !== undefined || versions['deno'] !== undefined) return undefined;
  const { node } = versions;
  if (node === undefined || isAtLeast(node, oldestNode)) return undefined;
  return `Node ${node} is older than ${oldestNode}`;
}

function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = oldest.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** True in Node itself, and not in what is like it. */
export function isNode(versions = readVersions()): boolean {
  const isOther = versions['bun'] !== undefined || versions['deno'] !== undefined || isCloudflareWorkers();
  return versions['node'] !== undefined && !isOther;
}

/**
 * True in a Cloudflare Worker. What one request has started there (a timer, a connection, a promise of either) no other
 * request may wait for, and all of it ends with its request.
 */
export function isCloudflareWorkers(): boolean {
  const navigator: unknown = Reflect.get(globalThis, 'navigator');
  const agent: unknown =
    typeof navigator === 'object' && navigator !== null ? Reflect.get(navigator, 'userAgent') : undefined;
  return agent === 'Cloudflare-Workers';
}
