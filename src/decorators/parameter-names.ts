const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const longestHead = 2_000;

/**
 * The names of a function's parameters, if all of them are simple identifiers: a default value, a pattern or a rest
 * parameter is none. Undefined when they cannot be told, as for native and bound functions.
 */
export function readParameterNames(source: string): readonly string[] | undefined {
  const list = parameterList(source.slice(0, longestHead).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' '));
  if (list === undefined) return undefined;
  const names = list.split(',').map((name) => name.trim());
  // A trailing comma, or no parameters at all.
  if (names.at(-1) === '') names.pop();
  return names.every((name) => identifier.test(name)) ? names : undefined;
}

/** The text between the parentheses; a nested one means that a parameter is not simple. */
function parameterList(source: string): string | undefined {
  const single = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(source);
  if (single?.[1] !== undefined) return single[1];
  const open = source.indexOf('(');
  const close = source.indexOf(')', open);
  if (open < 0 || close < 0 || source.includes('[native code]')) return undefined;
  // A computed method name may hold parentheses of its own: not worth a parser.
  if (source.slice(0, open).includes('[')) return undefined;
  const list = source.slice(open + 1, close);
  return list.includes('(') ? undefined : list;
}
