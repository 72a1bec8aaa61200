import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const source = sources.map((name) => readFileSync(join('src', name), 'utf8')).join('\n');
const fileNames = new Set(sources.flatMap((name) => [join('src', name), name.slice(name.lastIndexOf('/') + 1)]));

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/README.md']
  .concat(readdirSync('docs').map((name) => join('docs', name)))
  .filter((name) => name.endsWith('.md'));

it.each(pages)('%s links to what is there', (page) => {
  const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
});

it('names only files and functions that exist in the life of a span', () => {
  const walk = readFileSync('docs/life-of-a-span.md', 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  const quoted = [...walk.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name);
  const files = quoted.filter((name) => name.endsWith('.ts'));
  expect(files.filter((name) => !fileNames.has(name))).toEqual([]);

  const names = quoted.filter((name) => /^@?[#\w.]+(?:\(\))?$/.test(name) && !name.endsWith('.ts'));
  const parts = names.flatMap((name) => name.replace(/^@|\(\)$/g, '').split('.'));
  // `JSON`, `Date` and the tracer of the sample are nobody's in src/.
  const ours = parts.filter((name) => !['JSON', 'clew', 'answer', 'find', 'shared'].includes(name));
  expect(ours.filter((name) => !new RegExp(`(?<![\\w#])${name}\\b`).test(source))).toEqual([]);
});
