/** One thing to measure. `setup` runs in the process that will be measured, so nothing may be loaded before it. */
export interface Subject {
  readonly name: string;
  setup(): Promise<Running>;
}

export interface Running {
  /** How many units (spans, calls, lines) one turn stands for. */
  readonly unitsPerTurn: number;
  /** How many turns may pass before `settle` and `reset`: what an in-memory exporter holds before it is emptied. */
  readonly turnsPerBatch: number;
  turn(): Promise<unknown>;
  /** Inside the clock: waits for what the turns left running (queues, writes). */
  settle?(): Promise<void>;
  /** Outside the clock: empties what was collected, prepares the next batch. */
  reset?(): void | Promise<void>;
  teardown(): Promise<void>;
}

/** About the 512 spans that OpenTelemetry's batches hold, for every subject alike. */
export const turnsPerBatch = 100;
