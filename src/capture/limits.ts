/**
 * How much of a value, a span and a trace is kept. Every bound leaves a marker that says what is missing. They are
 * bytes, characters and items, never time: a program produces the same record on every machine and in every run.
 */
export interface CaptureLimits {
  /** Bytes of JSON text kept of one value. Default 65,536. */
  readonly valueBytes: number;
  /** Characters kept of one string. Default 16,384. */
  readonly stringLength: number;
  /** Items kept from the beginning of an array, Map or Set. Default 50. */
  readonly arrayHead: number;
  /** Items kept from the end of an array. Default 150. */
  readonly arrayTail: number;
  /** Levels of nesting. Default 12. */
  readonly depth: number;
}

export const defaultCaptureLimits: CaptureLimits = {
  valueBytes: 65_536,
  stringLength: 16_384,
  arrayHead: 50,
  arrayTail: 150,
  depth: 12,
};
