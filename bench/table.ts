import { styleText } from 'node:util';
import type { Result } from './comparisons.ts';
import type { Endurance } from './endurance.ts';
import type { Profile } from './profile.ts';
import type { Summary } from './statistics.ts';

type Format = Parameters<typeof styleText>[0];

interface Cell {
  readonly text: string;
  readonly right?: boolean;
  readonly format?: Format;
}

function align(rows: readonly (readonly Cell[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, { text }] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, text.length);
  return rows
    .map((row) =>
      row
        .map(({ text, right, format }, at) => {
          const width = widths[at] ?? 0;
          const padded = right === true ? text.padStart(width) : text.padEnd(width);
          return format === undefined ? padded : styleText(format, padded);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  // A cost of nothing comes out a little below zero as often as above.
  return (Math.abs(value) < 0.005 ? 0 : value).toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function whole(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 0 });
}

function spread({ q1, q3 }: Summary): string {
  return `${number(q1)}–${number(q3)}`;
}

function target({ atMost, atLeast }: Result): string {
  if (atMost !== undefined) return `≤ ${atMost}`;
  return atLeast === undefined ? '' : `≥ ${atLeast}`;
}

const verdicts = { true: '✓', false: '✗', undefined: '' };

const against: Readonly<Record<string, string>> = {
  otel: 'OpenTelemetry 2',
  'call-bare': 'the bare call',
  'lines-sonic-boom': 'sonic-boom',
  'rows-bare': 'a bare prepared insert',
  'answers-recorded': 'the same as a plain span',
  'stream-bare': 'draining it bare',
};

function heading(text: string, right = false): Cell {
  return { text, right, format: 'bold' };
}

export function resultTable(results: readonly Result[]): string {
  const header = [
    heading('subject'),
    heading('ratio', true),
    heading('half of rounds', true),
    heading('target', true),
    heading(''),
    heading('of'),
    heading('of simple', true),
    heading('ns', true),
    heading('least', true),
    heading('wall', true),
  ];
  const rows = results.map((result): Cell[] => [
    { text: result.label },
    { text: number(result.ratio.median), right: true, format: 'bold' },
    { text: spread(result.ratio), right: true },
    { text: target(result), right: true },
    { text: verdicts[`${result.met}`], format: result.met === false ? 'red' : 'green' },
    { text: against[result.against] ?? result.against },
    { text: result.alsoRatio === undefined ? '' : number(result.alsoRatio.median), right: true },
    { text: whole(result.nsPerUnit.median), right: true, format: 'gray' },
    { text: whole(result.nsPerUnit.min), right: true, format: 'gray' },
    { text: whole(result.wallNsPerUnit.median), right: true, format: 'gray' },
  ]);
  return align([header, ...rows]);
}

export function markdownTable(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const also = result.alsoRatio === undefined ? '' : number(result.alsoRatio.median);
    const cells = [
      result.label,
      number(result.ratio.median),
      spread(result.ratio),
      against[result.against] ?? result.against,
      `${target(result)} ${verdicts[`${result.met}`]}`.trim(),
      also,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const header = '| subject | ratio | half of rounds | of | target | of OpenTelemetry 2, simple processor |';
  return [header, '|---|--:|--:|---|---|--:|', ...rows].join('\n');
}

export interface EnduranceResult extends Endurance {
  readonly label: string;
  /** To the bare functions doing the same work. */
  readonly delayRatio: number;
}

function mebibytes(bytes: number): string {
  return `${number(bytes / 2 ** 20)} MiB`;
}

export function enduranceTable(results: readonly EnduranceResult[]): string {
  const header = [
    '',
    'delay p99',
    'of bare',
    'longest',
    'heap before',
    'after',
    'most',
    'CPU',
    'sent',
    'dropped',
    'pending',
  ];
  const rows = results.map((result) => [
    result.label,
    `${number(result.delayP99)} ms`,
    number(result.delayRatio),
    `${number(result.delayMax)} ms`,
    ...[result.heapBefore, result.heapAfter, result.heapMost].map(mebibytes),
    `${number(result.cpuSeconds)} s`,
    ...(result.account === undefined
      ? ['', '', '']
      : [result.account.sent, result.account.dropped, result.account.pending].map(whole)),
  ]);
  return [header, header.map((_, at) => (at === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

export function profileTable({ selfTimes, sample }: Profile, length: number): string {
  const perUnit = sample.cpuNs / sample.units;
  const header = [heading('share', true), heading('ns', true), heading('function'), heading('')];
  const rows = selfTimes
    .slice(0, length)
    .map(({ fn, place, share }): Cell[] => [
      { text: `${(share * 100).toFixed(1)}%`, right: true },
      { text: whole(share * perUnit), right: true },
      { text: fn },
      { text: place, format: 'gray' },
    ]);
  return align([header, ...rows]);
}
