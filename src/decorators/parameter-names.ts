/** What a function declares that it takes. */
export interface DeclaredParameters {
  /** The name of each, in order; undefined for a pattern such as `{ id }`. */
  readonly names: readonly (string | undefined)[];
  /** True where the last one takes all further arguments. */
  readonly hasRest: boolean;
  /** True where the body may read arguments that are not declared. */
  readonly readsArguments: boolean;
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/u;
const soleParameter = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)\s*=>/u;
const longestHead = 4_000;
const closers: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/**
 * Reads a function's parameters off its source: with their defaults, patterns and rest. Undefined where there is no
 * source to read, as for native and bound functions.
 */
export function readParameters(source: string): DeclaredParameters | undefined {
  if (source.includes('[native code]')) return undefined;
  const head = source.slice(0, longestHead);
  const readsArguments = /\barguments\b/.test(source);
  const sole = soleParameter.exec(withoutComments(head))?.[1];
  if (sole !== undefined) return { names: [sole], hasRest: false, readsArguments };
  const open = openingOf(head);
  const parts = open === undefined ? undefined : splitList(head, open);
  if (parts === undefined) return undefined;
  return { names: parts.map(nameOf), hasRest: parts.at(-1)?.startsWith('...') === true, readsArguments };
}

function nameOf(part: string): string | undefined {
  return identifier.exec(part.startsWith('...') ? part.slice(3).trimStart() : part)?.[0];
}

/** Where the list begins: the first parenthesis that is no part of a computed name. */
function openingOf(text: string): number | undefined {
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '(') return index;
    const end = skip(text, index);
    if (end === undefined) return undefined;
    index = end;
  }
  return undefined;
}

/** The parts between a parenthesis and the one that closes it, without comments; undefined where none does. */
function splitList(text: string, open: number): readonly string[] | undefined {
  const parts: string[] = [];
  let start = open + 1;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (character === ')' || character === ',') {
      const part = withoutComments(text.slice(start, index)).trim();
      // A trailing comma, or no parameters at all.
      if (part !== '' || character === ',') parts.push(part);
      if (character === ')') return parts;
      start = index + 1;
    } else {
      const end = skip(text, index);
      if (end === undefined) return undefined;
      index = end;
    }
  }
  return undefined;
}

/** The index at which what begins at `index` ends: a group, a text, a comment, a pattern, or the one character. */
function skip(text: string, index: number): number | undefined {
  const character = text[index] ?? '';
  if (closers.has(character)) return endOfGroup(text, index);
  if (character === '"' || character === "'" || character === '`') return endOfText(text, index);
  if (character !== '/') return index;
  const next = text[index + 1];
  if (next === '/') return found(text.indexOf('\n', index));
  if (next === '*') return found(text.indexOf('*/', index + 2) + 1);
  return beginsValue(text, index) ? endOfPattern(text, index) : index;
}

function found(index: number): number | undefined {
  return index > 0 ? index : undefined;
}

function endOfGroup(text: string, open: number): number | undefined {
  const closer = closers.get(text[open] ?? '');
  for (let index = open + 1; index < text.length; index += 1) {
    if (text[index] === closer) return index;
    const end = skip(text, index);
    if (end === undefined) return undefined;
    index = end;
  }
  return undefined;
}

function endOfText(text: string, open: number): number | undefined {
  const quote = text[open];
  for (let index = open + 1; index < text.length; index += 1) {
    if (text[index] === quote) return index;
    if (text[index] === '\\') index += 1;
    else if (quote === '`' && text.startsWith('${', index)) {
      const end = endOfGroup(text, index + 1);
      if (end === undefined) return undefined;
      index = end;
    }
  }
  return undefined;
}

/** A slash begins a regular expression where a value may begin; elsewhere it divides. */
function beginsValue(text: string, index: number): boolean {
  return /[=([{,:?&|!>]\s*$/.test(text.slice(0, index));
}

function endOfPattern(text: string, open: number): number | undefined {
  let isInClass = false;
  for (let index = open + 1; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === '[') isInClass = true;
    else if (character === ']') isInClass = false;
    else if (character === '/' && !isInClass) return index;
  }
  return undefined;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ');
}
