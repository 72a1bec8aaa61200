/** The key under which clew says what JSON cannot. A user's own `$clew` becomes `$$clew`. */
export const MARKER_KEY = '$clew';

/** The JSON text of a marker such as `{"$clew":"truncated","bytes":5242880}`. */
export function marker(kind: string, details: Readonly<Record<string, string | number | boolean>> = {}): string {
  return JSON.stringify({ [MARKER_KEY]: kind, ...details });
}

/** The text of a marker that holds already serialised values. */
export function markerWith(kind: string, key: string, text: string): string {
  return `{"${MARKER_KEY}":${JSON.stringify(kind)},"${key}":${text}}`;
}

export function escapeKey(key: string): string {
  return /^\$+clew$/.test(key) ? `$${key}` : key;
}

export function unescapeKey(key: string): string {
  return /^\$\$+clew$/.test(key) ? key.slice(1) : key;
}

/** A marker that stands in a value which is captured later: an argument that was redacted. */
export class PreparedMarker {
  readonly text: string;

  constructor(kind: string) {
    this.text = marker(kind);
  }
}
