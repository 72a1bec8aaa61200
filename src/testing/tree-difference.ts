import type { TraceRecord } from '../span/trace-record.ts';
import type { TreeSpan } from '../span/tree.ts';

const durations = / {2}\[\d+ms\]/g;

export function withoutDurations(tree: string): string {
  return tree.replace(durations, '');
}

/** Stands in no name or message: the tree shows control characters as something else. */
const mark = '\u0000';

/** The tree with an arrow before the lines of these spans. */
export function markedTree(trace: TraceRecord, marked: ReadonlySet<TreeSpan>): string {
  if (marked.size === 0) return trace.asTree();
  const asItIs = (text: string): string => text;
  const duration = (text: string, span: TreeSpan): string => (marked.has(span) ? text + mark : text);
  return trace
    .asTree({ duration, error: asItIs, outcome: asItIs })
    .split('\n')
    .map((line) => (line.includes(mark) ? `→ ${line.replace(mark, '')}` : `  ${line}`))
    .join('\n');
}

/** What a tree should be and is, line by line with - and +; undefined where they are the same. */
export function treeDifference(trace: TraceRecord, expected: string): string | undefined {
  const wanted = linesOf(expected);
  const given = trace.asTree();
  const seen = linesOf(new RegExp(durations.source).test(expected) ? given : withoutDurations(given));
  if (wanted.join('\n') === seen.join('\n')) return undefined;
  return ['expected the tree (-) to be what it is (+)', '', ...differences(wanted, seen)].join('\n');
}

/** Without the indentation of the source it is written in, and empty lines around it. */
function linesOf(tree: string): readonly string[] {
  const lines = tree.replace(/^\s*\n|\s+$/g, '').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(Number.isFinite(least) ? least : 0).trimEnd());
}

/** By the longest common subsequence: a line that is missing does not make all lines after it differ. */
function differences(wanted: readonly string[], seen: readonly string[]): readonly string[] {
  const lengths = commonLengths(wanted, seen);
  const lengthAt = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < wanted.length || j < seen.length) {
    const [old = '', now = ''] = [wanted[i], seen[j]];
    if (i < wanted.length && j < seen.length && old === now) {
      lines.push(`  ${old}`);
      i += 1;
      j += 1;
    } else if (j >= seen.length || (i < wanted.length && lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      lines.push(`- ${old}`);
      i += 1;
    } else {
      lines.push(`+ ${now}`);
      j += 1;
    }
  }
  return lines;
}

function commonLengths(wanted: readonly string[], seen: readonly string[]): readonly (readonly number[])[] {
  const table = Array.from({ length: wanted.length + 1 }, () => Array.from({ length: seen.length + 1 }, () => 0));
  for (let i = wanted.length - 1; i >= 0; i -= 1) {
    for (let j = seen.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row === undefined) continue;
      const diagonal = (table[i + 1]?.[j + 1] ?? 0) + 1;
      row[j] = wanted[i] === seen[j] ? diagonal : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}
