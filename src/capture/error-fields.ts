/** What clients hang on their errors: whole requests and answers, with the headers that let them in. */
const bulkyFields: ReadonlySet<string> = new Set(
  'name message stack cause errors headers request response config options socket agent $response $metadata'.split(' '),
);
const mostFields = 50;

/**
 * The names of what an error carries beside its message and stack, as far as it is data. `issues` of zod is there, but
 * not listed.
 */
export function errorFieldNames(error: object): readonly string[] {
  const names = Object.keys(error).slice(0, mostFields);
  if (!names.includes('issues') && Object.hasOwn(error, 'issues')) names.push('issues');
  return names.filter((name) => !bulkyFields.has(name) && !name.startsWith('_') && !/^\$+clew$/.test(name));
}
