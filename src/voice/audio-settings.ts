import { ClewConfigError } from '../base/config-error.ts';
import { isDictionary } from '../base/object.ts';
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
  readonly key?: Buffer;
  readonly encoder?: AudioEncoder;
  readonly folder?: string;
}

const allowed = 'true, false, or an object with key, encoder and folder';

/**
 * Reads the option and the environment. A key of the environment that is none turns recording off: plain audio is not what
 * whoever set it has asked for.
 *
 * @throws ClewConfigError when the option is wrong; it never shows a key.
 */
export function readAudioSettings(
  option: boolean | AudioOptions | undefined,
  environmentKey: string | undefined,
  report: Report,
): AudioSettings | undefined {
  if (option === false) return undefined;
  const options = asOptions(option);
  const { key, encoder, folder } = options;
  const kept = { ...(encoder !== undefined && { encoder }), ...(folder !== undefined && { folder }) };
  if (key !== undefined) return { ...kept, key: parseAudioKey(key) };
  if (environmentKey === undefined || environmentKey === '') return kept;
  try {
    return { ...kept, key: parseAudioKey(environmentKey) };
  } catch {
    report.warn(
      'environment-CLEW_AUDIO_KEY',
      'CLEW_AUDIO_KEY is not 32 bytes as 64 hexadecimal digits or base64; calls are not recorded, since they would not be encrypted',
    );
    return undefined;
  }
}

function asOptions(option: boolean | AudioOptions | undefined): AudioOptions {
  if (option === undefined || option === true) return {};
  if (!isDictionary(option)) throw new ClewConfigError('audio', option, allowed);
  const { key, encoder, folder }: AudioOptions = option;
  if (key !== undefined && typeof key !== 'string') throw new ClewConfigError('audio.key', typeof key, 'a text');
  if (folder !== undefined && (typeof folder !== 'string' || folder === '')) {
    throw new ClewConfigError('audio.folder', folder, 'the path of a folder');
  }
  if (encoder !== undefined && typeof encoder.start !== 'function') {
    throw new ClewConfigError('audio.encoder', encoder, 'an encoder such as opusEncoder()');
  }
  return option;
}
