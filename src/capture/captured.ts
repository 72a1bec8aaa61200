/** A value as it will be stored: bounded, masked JSON text. */
export interface Captured {
  readonly text: string;
  /** What tells the whole value apart, with the text, where the text does not tell all of it; else null. */
  readonly fingerprint: string | null;
}
