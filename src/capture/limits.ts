/** How much of a value, a span and a trace is kept. Every bound leaves a marker that says what is missing. */
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
  /** Milliseconds that the capture of one call may take, checked between two values. Default 2. */
  readonly captureMs: number;
}

export const defaultCaptureLimits: CaptureLimits = {
  valueBytes: 65_536,
  stringLength: 16_384,
  arrayHead: 50,
  arrayTail: 150,
  depth: 12,
  captureMs: 2,
};
