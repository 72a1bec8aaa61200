import { ClewConfigError, hidden } from '../../base/config-error.ts';

const keyLength = 32;
const allowed = '64 hexadecimal digits, or 32 bytes in base64';
const hexadecimal = /^[\da-f]{64}$/i;
/** 32 bytes are 43 digits, and at most one `=`. The last digit holds four bits. */
const base64 = /^[\w+/-]{42}[048AEIMQUYcgkosw]=?$/;

/**
 * The key for recordings from its text: 64 hexadecimal digits, or base64 (of either alphabet) of 32 bytes; blanks around
 * it do not count. Throws `ClewConfigError`, which never shows the text.
 */
export function parseAudioKey(text: string): Uint8Array {
  if (typeof text !== 'string') throw new ClewConfigError('audioKey', hidden(text), allowed);
  const trimmed = text.trim();
  if (hexadecimal.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (base64.test(trimmed)) return Buffer.from(trimmed, 'base64');
  throw new ClewConfigError('audioKey', text, allowed);
}

/** Throws `ClewConfigError` for a key of another length. */
export function checkAudioKey(key: Uint8Array): void {
  if (key.length !== keyLength) throw new ClewConfigError('audioKey', key.length, 'a key of 32 bytes');
}
