import { dirname, join } from 'node:path/posix';
import { parseSync } from 'vite';

/** Texts of source files, by their path under `src`. */
export type Sources = Readonly<Record<string, string>>;

/**
 * The map of the house, from the front door down. A file may import from its own room and from rooms of later rows;
 * rooms of one row are neighbours and do not know each other. A file that stands in `src` itself is named by its path.
 */
export const rows: readonly (readonly string[])[] = [
  ['index.ts', 'store.ts', 'testing.ts', 'voice.ts', 'livekit.ts', 'bin.ts'],
  ['voice', 'testing', 'trace-context.ts'],
  ['decorators'],
  ['init'],
  ['tracer'],
  ['call'],
  ['context', 'pipeline'],
  ['exporters', 'report'],
  ['store'],
  ['span'],
  ['capture'],
  ['pricing'],
  ['base'],
];

/** Files of `src` itself that make up one room. */
const initFiles: ReadonlySet<string> = new Set([
  'init.ts',
  'options.ts',
  'settings.ts',
  'environment.ts',
  'process-exit.ts',
]);

/** Packages, and the only room that may import each. */
export const packageRooms: Readonly<Record<string, string>> = {
  'reflect-metadata': 'decorators',
  'lru-cache': 'store',
  '@pydantic/genai-prices': 'pricing',
  opusscript: 'voice',
  nanoid: 'base',
  pino: 'base',
};

const emptyNames = /(^|[/-])(utils?|helpers?|types?|managers?)(\.ts$|\/)/;
const mostLines = 400;
const usualLines = 200;

interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Everything that is wrong with a set of files, in words; nothing for a house in order. */
export function findFaults(sources: Sources): readonly string[] {
  const files = Object.entries(sources).map(([path, text]) => readFile(path, text));
  return [
    ...files.flatMap(({ path, imports }) => imports.flatMap((target) => checkImport(path, target, sources))),
    ...findCircles(new Map(files.map(({ path, imports }) => [path, imports.filter((target) => target in sources)]))),
    ...files.flatMap(({ path, faults }) => faults.map((fault) => `${path} has ${fault}`)),
    ...Object.keys(sources)
      .filter((path) => emptyNames.test(path))
      .map((path) => `${path} has a name that says nothing`),
    ...checkLengths(sources),
  ];
}

interface SourceFile {
  readonly path: string;
  /** Paths under `src` for files, names for packages. */
  readonly imports: readonly string[];
  readonly faults: readonly string[];
}

function readFile(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text);
  const imports: string[] = [];
  const faults: string[] = errors.map(({ message }) => `a syntax error: ${message}`);
  if (comments.some(({ value }) => /\b(TODO|FIXME|XXX)\b/.test(value))) faults.push('a TODO');
  visit(program, (node) => {
    const target = importOf(node);
    if (target !== undefined) imports.push(target.startsWith('.') ? join(dirname(path), target) : target);
    const fault = faultOf(node);
    if (fault !== undefined) faults.push(fault);
  });
  return { path, imports, faults };
}

/** `import`, `import type`, `export … from`, `import()` and the type `import('…')`; of Node's own modules no types. */
function importOf({ type, source, importKind }: SyntaxNode): string | undefined {
  if (!/^(Import|Export|TSImportType)/.test(type) || !isNode(source)) return undefined;
  const isType = type === 'TSImportType' || importKind === 'type';
  if (isType && String(source['value']).startsWith('node:')) return undefined;
  return typeof source['value'] === 'string' ? source['value'] : 'what is not a literal';
}

function faultOf(node: SyntaxNode): string | undefined {
  if (node.type === 'TSAnyKeyword') return 'an any';
  if (node.type === 'TSNonNullExpression' || node['definite'] === true) return 'a non-null assertion';
  if (node.type === 'ExportDefaultDeclaration') return 'a default export';
  if (node.type === 'ExportAllDeclaration') return 'an export of everything';
  return undefined;
}

function visit(value: unknown, see: (node: SyntaxNode) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (isNode(value)) {
    see(value);
    for (const child of Object.values(value)) visit(child, see);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function checkImport(from: string, target: string, sources: Sources): readonly string[] {
  if (target.startsWith('node:')) return target === 'node:sqlite' ? [`${from} loads node:sqlite at import`] : [];
  if (target in sources) return checkArrow(from, target);
  const allowed = packageRooms[packageOf(target)];
  if (allowed === undefined) return [`${from} imports ${target}, which is neither a file of src nor on the list`];
  return roomOf(from) === allowed ? [] : [`${from} imports ${target}, which only ${allowed} may`];
}

/** A package has doors of its own: `reflect-metadata/no-conflict`. */
function packageOf(target: string): string {
  return target.split('/', target.startsWith('@') ? 2 : 1).join('/');
}

function checkArrow(from: string, target: string): readonly string[] {
  const [room, targetRoom] = [roomOf(from), roomOf(target)];
  const [row, targetRow] = [rowOf(room), rowOf(targetRoom)];
  if (row < 0) return [`${from} stands in no room of the map`];
  return room === targetRoom || row < targetRow
    ? []
    : [`${from} imports ${target}: ${room} may not know ${targetRoom}`];
}

export function roomOf(path: string): string {
  if (initFiles.has(path)) return 'init';
  return path.split('/')[0] ?? path;
}

function rowOf(room: string): number {
  return rows.findIndex((row) => row.includes(room));
}

/** Each circle once, named by its files. */
function findCircles(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const follow = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) circles.push(`${[...way.slice(start), path].join(' → ')} is a circle`);
    if (start >= 0 || done.has(path)) return;
    for (const target of imports.get(path) ?? []) follow(target, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) follow(path, []);
  return circles;
}

function checkLengths(sources: Sources): readonly string[] {
  const lengths = Object.entries(sources).map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }));
  const tooLong = lengths.filter(({ lines }) => lines > mostLines);
  const long = lengths.filter(({ lines }) => lines > usualLines);
  return [
    ...tooLong.map(({ path, lines }) => `${path} has ${lines} lines, more than ${mostLines}`),
    ...(long.length * 10 > lengths.length
      ? [
          `${long.length} of ${lengths.length} files have more than ${usualLines} lines: ${long.map(({ path }) => path).join(', ')}`,
        ]
      : []),
  ];
}
