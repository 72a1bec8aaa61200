/** Words that make a key secret wherever they stand in it: `dbPassword`, `client_secret`, `set-cookie`. */
const secretWords = new Set([
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'passcode',
  'secret',
  'secrets',
  'credential',
  'credentials',
  'authorization',
  'cookie',
  'cookies',
  'jwt',
  'apikey',
  'cvv',
  'cvc',
  'ssn',
  'accesstoken',
  'authtoken',
  'refreshtoken',
  'idtoken',
  'clientsecret',
  'secretkey',
  'privatekey',
  'accesskey',
]);
/** Words that make a following `key` secret. `key` alone, `primaryKey` and `cacheKey` are harmless. */
const secretKeyOwners = new Set(['api', 'access', 'private', 'secret', 'encryption', 'signing', 'master', 'account']);
/** Tokens that are places in a list or words of a model, not credentials. */
const harmlessTokens = new Set(
  'page next continuation cursor sync first last per min max stop eos bos pad unk sep cls mask special'.split(' '),
);

function splitWords(key: string): string[] {
  return (
    key
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
      .toLowerCase()
      // A number counts: `password2` is a password.
      .split(/\d*(?:[^a-z0-9]+|$)/)
      .filter((word) => word !== '')
  );
}

/** Tells whether a key names a secret. `inputTokens` and `max_tokens` do not; `token` and `refresh_token` do. */
export function isSecretKey(key: string): boolean {
  const words = splitWords(key);
  return words.some((word, index) => {
    const before = words[index - 1];
    if (secretWords.has(word)) return true;
    if (word === 'key' || word === 'keys') return before !== undefined && secretKeyOwners.has(before);
    const isLast = index === words.length - 1;
    return word === 'token' && isLast && (before === undefined || !harmlessTokens.has(before));
  });
}
