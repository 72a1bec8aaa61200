// Runs a bundled Worker in Cloudflare's own runtime; prints its answers, and what came to the server of traces.
import { Miniflare, Response } from 'miniflare';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const [bundle = '', compatibilityDate = '', ...paths] = process.argv.slice(2);
const posts = [];

/** Stands in for everything outside of the Worker. */
async function server(request) {
  const body = Buffer.from(await request.arrayBuffer());
  const { traces } = JSON.parse(gunzipSync(body).toString());
  posts.push(...traces.map(({ name, spans }) => [name, new URL(request.url).pathname, spans[0]?.output]));
  return Response.json({ accepted: traces.length, rejected: [] });
}

const miniflare = new Miniflare({
  modules: [{ type: 'ESModule', path: 'worker.mjs', contents: readFileSync(bundle, 'utf8') }],
  compatibilityDate,
  compatibilityFlags: ['nodejs_compat'],
  bindings: { CLEW_BASE_URL: 'https://traces.example.com', CLEW_TOKEN: 'secret' },
  outboundService: server,
});
const ask = async (path) => {
  const answer = await miniflare.dispatchFetch(`http://worker.example${path}`);
  return answer.text();
};
const answers = [];
for (const path of paths) answers.push(await ask(path));
// In one moment, so that they share the isolate: none may wait for what another one began.
const together = await Promise.all(Array.from({ length: 20 }, async (_, n) => ask(`/?question=${n}`)));
const expected = paths.length + together.length;
for (let tries = 0; posts.length < expected && tries < 200; tries += 1)
  await new Promise((next) => setTimeout(next, 20));
await miniflare.dispose();
console.log(
  JSON.stringify({
    answers,
    together: new Set(together).size,
    posts: posts.slice(0, paths.length),
    sent: posts.length,
  }),
);
