/** What each `toJSON` gave, or what it threw. */
export type Answers = Map<object, { readonly value?: unknown; readonly thrown?: unknown }>;

/** What those who describe an object ask of the walk that met it. */
export interface ValueWalk {
  walk(value: unknown): string;
  walkItems(items: readonly unknown[], isScanned?: boolean, length?: number): string;
  walkFirst(entries: readonly unknown[], size: number): string;
  walkKeys(value: object, isScanned?: boolean): string;
  member(key: string, item: unknown): string;
  shown(key: unknown, item: unknown): unknown;
  readonly mostEntries: number;
  /** False where messages of errors are kept out of every record. */
  readonly tellsMessages: boolean;
  readonly session: { readonly answers: Answers };
}
