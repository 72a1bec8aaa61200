import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A piece of code in the documentation. */
export interface Sample {
  /** `README.md:42`: the line of its first line of code, from 1. */
  readonly place: string;
  /** A file name for it. */
  readonly file: string;
  /** As many empty lines before it as the document has, so that the compiler's line numbers are the document's. */
  readonly code: string;
  /** False for a fence marked `no-run`, which is only type-checked. */
  readonly isRun: boolean;
  /** What it prints, if a `text` fence follows; times and ids may differ. */
  readonly printed: string | undefined;
}

interface Fence {
  readonly language: string;
  readonly isRun: boolean;
  readonly line: number;
  readonly lines: readonly string[];
}

/** The samples of README.md, CONTRIBUTING.md, docs/ and of the docstrings in src/. */
export function readSamples(): readonly Sample[] {
  const docs = readdirSync('docs').map((name) => join('docs', name));
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => join('src', name));
  const pages = ['README.md', 'CONTRIBUTING.md', ...docs].filter((name) => name.endsWith('.md'));
  return [...pages, ...sources.filter((name) => name.endsWith('.ts'))].flatMap(samplesOf);
}

/** Times and ids are of one run; the rest of what is printed is promised. */
export function withoutChance(text: string): string {
  return text
    .replaceAll(/\d+ms\b/g, '0ms')
    .replaceAll(/\b(?:[0-9a-f]{8}|[0-9a-f]{16}|[0-9a-f]{32})\b/g, '…')
    .trim();
}

function samplesOf(document: string): readonly Sample[] {
  const text = readFileSync(document, 'utf8');
  const fences = fencesOf(document.endsWith('.ts') ? docstringsOnly(text) : text.split('\n'));
  return fences.flatMap((fence, index): Sample[] => {
    if (fence.language !== 'ts') return [];
    const next = fences[index + 1];
    return [
      {
        place: `${document}:${fence.line}`,
        file: `${document.replaceAll(/\W+/g, '-')}-${fence.line}.ts`,
        code: `${'\n'.repeat(fence.line - 1)}${fence.lines.join('\n')}\n`,
        isRun: fence.isRun,
        printed: next?.language === 'text' ? next.lines.join('\n') : undefined,
      },
    ];
  });
}

/** The text of docstrings without their stars; everything else as empty lines. */
function docstringsOnly(source: string): readonly string[] {
  return source.split('\n').map((line) => /^\s*\* ?(.*)$/.exec(line)?.[1] ?? '');
}

function fencesOf(lines: readonly string[]): readonly Fence[] {
  const fences: Fence[] = [];
  let open: number | undefined;
  lines.forEach((line, index) => {
    if (!line.startsWith('```')) return;
    if (open === undefined) {
      open = index;
      return;
    }
    const [language = '', ...marks] = (lines[open] ?? '').slice(3).trim().split(' ');
    const isRun = !marks.includes('no-run');
    fences.push({ language, isRun, line: open + 2, lines: lines.slice(open + 1, index) });
    open = undefined;
  });
  return fences;
}
