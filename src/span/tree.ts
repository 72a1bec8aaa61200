import type { Outcome } from './kind.ts';

/** What a tree needs to know of a span: a record, a live handle or one built by hand will do. */
export interface TreeSpan {
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly durationMs: number | null;
  readonly error: string | null;
  readonly outcome: Outcome;
}

/** Levels that are indented; a hundred thousand of them would be ten gigabytes of spaces. */
const deepestIndent = 100;

/** Endings that neither the duration nor the error tells. */
const shownOutcomes: ReadonlySet<Outcome> = new Set(['cancelled', 'abandoned', 'unobserved', 'detached', 'no_end']);

/** Paints the parts of a line; the default leaves them as they are. */
export interface TreePaint {
  duration(text: string, span: TreeSpan): string;
  error(text: string): string;
  outcome(text: string): string;
}

const plain: TreePaint = { duration: (text) => text, error: (text) => text, outcome: (text) => text };

/**
 * The spans as an indented tree, made from the parent ids alone (L48, L49): two spaces a level, two spaces before
 * `[142ms]`. A span whose parent is not there is a root; spans that are each other's parents are shown, once.
 *
 * @returns `(empty trace)` for no spans.
 */
export function renderTree(spans: readonly TreeSpan[], paint: TreePaint = plain): string {
  if (spans.length === 0) return '(empty trace)';
  const known = new Set(spans.map((span) => span.spanId));
  const children = Map.groupBy(spans, (span) =>
    span.parentId !== null && known.has(span.parentId) ? span.parentId : null,
  );
  const shown = new Set<TreeSpan>();
  const lines: string[] = [];
  const addFrom = (first: readonly TreeSpan[]): void => {
    // A stack, not a recursion: a hundred thousand levels are a tree too.
    const waiting = first.map((span) => ({ span, depth: 0 })).toReversed();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { span, depth } = next;
      if (shown.has(span)) continue;
      shown.add(span);
      lines.push(renderLine(span, depth, paint));
      for (const child of (children.get(span.spanId) ?? []).toReversed()) {
        waiting.push({ span: child, depth: depth + 1 });
      }
    }
  };
  addFrom(children.get(null) ?? []);
  for (const span of spans) addFrom([span]);
  return lines.join('\n');
}

function renderLine(span: TreeSpan, depth: number, paint: TreePaint): string {
  const parts = [`${'  '.repeat(Math.min(depth, deepestIndent))}${visible(span.name)}`];
  if (span.durationMs !== null) parts.push(paint.duration(`[${Math.round(span.durationMs)}ms]`, span));
  if (shownOutcomes.has(span.outcome)) parts.push(paint.outcome(`[${span.outcome.replace('_', '-')}]`));
  if (span.error !== null) parts.push(paint.error(`ERROR: ${visible(span.error)}`));
  return parts.join('  ');
}

/** Names and messages are hostile: an escape sequence in one must not paint, move or clear a terminal. */
export function visible(text: string): string {
  const firstLine = text.split(/[\r\n]/, 1)[0] ?? '';
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  return firstLine.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
