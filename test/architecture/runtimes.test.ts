import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { oldestNode, whatIsMissing } from '../../src/base/runtime.ts';

function read(name: string): string {
  return readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
}

it('names one oldest Node, in the code, in package.json and in the README', () => {
  const manifest: { readonly engines: { readonly node: string } } = JSON.parse(read('package.json'));
  expect(manifest.engines.node).toBe(`>=${oldestNode}`);
  expect(read('README.md')).toContain(`| Node | ${oldestNode} |`);
  expect(read('tsdown.config.ts')).toContain(`'node${oldestNode}'`);
});

it.each([
  ['22.12.0', false],
  ['20.20.2', false],
  ['9.11.2', false],
  ['22.13.0', true],
  ['22.13.0-nightly', true],
  ['24.0.0', true],
  ['100.1.0', true],
])('Node %s is new enough: %s', (node, isEnough) => {
  expect(whatIsMissing({ node }) === undefined).toBe(isEnough);
});

it('asks Bun and Deno for nothing, whatever Node they say they are like', () => {
  expect(whatIsMissing({ node: '20.0.0', bun: '1.4.5' })).toBeUndefined();
  expect(whatIsMissing({ node: '20.0.0', deno: '2.9.6' })).toBeUndefined();
  expect(whatIsMissing({})).toBeUndefined();
});
