import { ClewConfigError, hidden } from '../base/config-error.ts';
import { isDictionary, isObject } from '../base/object.ts';
import type { Report } from '../base/report.ts';
import type { AudioEncoder } from './audio/audio-encoder.ts';
import { parseAudioKey } from './audio/audio-key.ts';

/** How calls are recorded. */
export interface AudioOptions {
  /**
   * Recordings are encrypted with it (AES-256-GCM): 32 bytes as 64 hexadecimal digits or base64. Default: what
   * `CLEW_AUDIO_KEY` says; without either they are plain.
   */
  readonly key?: string;
  /** Default: WAV, 24 kHz mono, 48 kB a second. */
  readonly encoder?: AudioEncoder;
  /** Where the file of a call that goes on is. Default: the system's folder for temporary files. */
  readonly folder?: string;
}

/** How recordings are made; undefined for not at all. */
export interface AudioSettings {
  readonly key?: Uint8Array;
  readonly encoder?: AudioEncoder;
  readonly folder?: string;
}

/**
 * Reads the option; undefined for no recordings.
 *
 * @throws ClewConfigError when it is wrong; it never shows a key.
 */
export function readAudioOption(option: boolean | AudioOptions | undefined): AudioSettings | undefined {
  if (option === false) return undefined;
  if (option === undefined || option === true) return {};
  if (!isDictionary(option)) {
    throw new ClewConfigError('audio', option, 'true, false, or an object with key, encoder and folder');
  }
  const { key, encoder, folder }: AudioOptions = option;
  if (folder !== undefined && (typeof folder !== 'string' || folder === '')) {
    throw new ClewConfigError('audio.folder', folder, 'the path of a folder');
  }
  if (encoder !== undefined && !(isObject(encoder) && typeof encoder.start === 'function')) {
    throw new ClewConfigError('audio.encoder', encoder, 'an encoder such as opusEncoder()');
  }
  return {
    ...(key !== undefined && { key: readKey(key) }),
    ...(encoder !== undefined && { encoder }),
    ...(folder !== undefined && { folder }),
  };
}

/**
 * Adds the environment's key where the option has none. One that is no key turns recording off: plain audio is not what
 * whoever set it has asked for.
 */
export function withEnvironmentKey(
  settings: AudioSettings | undefined,
  text: string | undefined,
  report: Report,
): AudioSettings | undefined {
  if (settings === undefined || settings.key !== undefined || text === undefined || text === '') return settings;
  try {
    return { ...settings, key: parseAudioKey(text) };
  } catch {
    report.warn(
      'environment-CLEW_AUDIO_KEY',
      'CLEW_AUDIO_KEY is not 32 bytes as 64 hexadecimal digits or base64; calls are not recorded, since they would not be encrypted',
    );
    return undefined;
  }
}

/** What is wrong with it is told, but never what it is. */
function readKey(key: unknown): Uint8Array {
  const allowed = '32 bytes as 64 hexadecimal digits or base64';
  if (typeof key !== 'string') throw new ClewConfigError('audio.key', hidden(key), allowed);
  try {
    return parseAudioKey(key);
  } catch {
    throw new ClewConfigError('audio.key', key, allowed);
  }
}
