/** What an audio file is. */
export interface AudioFormat {
  readonly codec: string;
  /** Without the dot. */
  readonly extension: string;
}

const formats: readonly (AudioFormat & { readonly at: number; readonly mark: string })[] = [
  { codec: 'wav', extension: 'wav', at: 8, mark: 'WAVE' },
  { codec: 'opus', extension: 'ogg', at: 28, mark: 'OpusHead' },
  { codec: 'vorbis', extension: 'ogg', at: 29, mark: 'vorbis' },
  { codec: 'flac', extension: 'flac', at: 0, mark: 'fLaC' },
  { codec: 'mp3', extension: 'mp3', at: 0, mark: 'ID3' },
  { codec: 'mp3', extension: 'mp3', at: 0, mark: '\xff\xfb' },
  { codec: 'mp4', extension: 'm4a', at: 4, mark: 'ftyp' },
  { codec: 'webm', extension: 'webm', at: 0, mark: '\x1a\x45\xdf\xa3' },
];
/** How many bytes of a file are enough to know it. */
export const formatBytes = 36;

/** What a file is by its first bytes; where these say nothing, by what is said of it. */
export function findFormat(start: Buffer, said: string | undefined): AudioFormat {
  const seen = formats.find(({ at, mark }) => start.toString('latin1', at, at + mark.length) === mark);
  const codec = said?.toLowerCase() ?? seen?.codec ?? 'unknown';
  const known = seen ?? formats.find((format) => format.codec === codec || format.extension === codec);
  return { codec, extension: known?.extension ?? 'bin' };
}
