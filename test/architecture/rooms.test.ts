import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findFaults, packageRooms, roomOf, rows, type Sources } from './rooms.ts';

const root = fileURLToPath(new URL('../../src', import.meta.url));

function readSources(): Sources {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return Object.fromEntries(paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')]));
}

/** A small house in order, with some files put in or changed. */
function house(changes: Sources): Sources {
  return {
    'index.ts': "export { init } from './init.ts';\nexport type { Span } from './span/span.ts';\n",
    'init.ts': "import { Tracer } from './tracer/tracer.ts';\nexport const init = (): Tracer => new Tracer();\n",
    'tracer/tracer.ts':
      "import type { Span } from '../span/span.ts';\nexport class Tracer { span: Span | undefined }\n",
    'span/span.ts': "import { customAlphabet } from '../base/ids.ts';\nexport class Span { id = customAlphabet }\n",
    'base/ids.ts': "export { customAlphabet } from 'nanoid';\n",
    ...changes,
  };
}

describe('The source', () => {
  const sources = readSources();

  it('keeps to the map of rooms, and to the house rules', () => {
    expect(findFaults(sources)).toEqual([]);
  });

  it('has files in every room of the map', () => {
    const rooms = new Set(Object.keys(sources).map(roomOf));
    expect([...rooms].toSorted()).toEqual(rows.flat().toSorted());
  });

  it('imports packages only that package.json declares', () => {
    const manifest: Record<'dependencies' | 'peerDependencies', object> = JSON.parse(
      readFileSync(join(root, '../package.json'), 'utf8'),
    );
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    expect(declared).toEqual(expect.arrayContaining(Object.keys(packageRooms)));
  });
});

describe('The map', () => {
  it('is content with a house in order', () => {
    expect(findFaults(house({}))).toEqual([]);
  });

  it.each([
    ['an arrow that points up', "import { init } from '../init.ts';\nexport const x = init;", 'base may not know init'],
    [
      'a type',
      "import type { Tracer } from '../tracer/tracer.ts';\nexport type T = Tracer;",
      'base may not know tracer',
    ],
    ['an import type in a type', "export type T = import('../span/span.ts').Span;", 'base may not know span'],
    ['a re-export', "export { Span } from '../span/span.ts';", 'base may not know span'],
    ['an import at run time', "export const load = () => import('../span/span.ts');", 'base may not know span'],
    ['a computed import', 'export const load = (name: string) => import(name);', 'what is not a literal'],
    ['a stranger', "import 'left-pad';", 'neither a file of src nor on the list'],
    ['a package in the wrong room', "import 'reflect-metadata';", 'only decorators may'],
    ['SQLite at import', "import { DatabaseSync } from 'node:sqlite';\nexport const x = DatabaseSync;", 'node:sqlite'],
    ['a file that is not there', "export * as gone from './gone.ts';", 'neither a file of src'],
    ['a TODO', '// TODO: later\nexport const x = 1;', 'a TODO'],
    ['an any', 'export const x = JSON.parse("1") as any;', 'an any'],
    ['a non-null assertion', 'export const first = (list: string[]) => list[0]!;', 'a non-null assertion'],
    ['a promise that a field is set', 'export class Late { field!: string }', 'a non-null assertion'],
    ['a default export', 'export default 1;', 'a default export'],
    ['an export of everything', "export * from './ids.ts';", 'an export of everything'],
    ['a file that cannot be read', 'export const = ;', 'a syntax error'],
    ['a file that is too long', 'export {};\n'.repeat(401), 'has 401 lines'],
  ])('finds %s', (_what, text, fault) => {
    expect(findFaults(house({ 'base/planted.ts': text })).join('\n')).toContain(fault);
  });

  it('does not take neighbours for each other, nor words in comments and texts for imports', () => {
    const planted = "import { x } from '../pipeline/x.ts';\nexport const y = x;";
    const files = { 'pipeline/x.ts': 'export const x = 1;', 'context/planted.ts': planted };
    expect(findFaults(house(files))).toEqual([
      'context/planted.ts imports pipeline/x.ts: context may not know pipeline',
    ]);
    const harmless = "/** import x from '../init.ts'; any! */\nexport const text = \"import '../init.ts'\";";
    expect(findFaults(house({ 'base/harmless.ts': harmless }))).toEqual([]);
  });

  it('finds a circle of files within one room, types included', () => {
    const files = {
      'span/one.ts': "import type { Two } from './two.ts';\nexport type One = Two;",
      'span/two.ts': "import type { One } from './one.ts';\nexport type Two = One | 1;",
    };
    expect(findFaults(house(files))).toEqual(['span/one.ts → span/two.ts → span/one.ts is a circle']);
  });

  it('finds a room that is not on it', () => {
    expect(findFaults(house({ 'attic/box.ts': "import '../base/ids.ts';" }))).toEqual([
      'attic/box.ts stands in no room of the map',
    ]);
  });

  it.each(['base/utils.ts', 'base/string-helpers.ts', 'types/span.ts', 'span/types.ts', 'tracer/span-manager.ts'])(
    'finds a name that says nothing: %s',
    (path) => {
      expect(findFaults(house({ [path]: 'export const x = 1;' }))).toContain(`${path} has a name that says nothing`);
    },
  );

  it('finds that too many files are long', () => {
    const long = Object.fromEntries(['a', 'b'].map((name) => [`base/${name}.ts`, 'export {};\n'.repeat(201)]));
    expect(findFaults(house(long)).join('\n')).toContain('2 of 7 files have more than 200 lines');
  });
});
