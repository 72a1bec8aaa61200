import { formatCount, formatMs, formatShare, formatUsd } from './format.ts';
import type { ReportData } from './report-data.ts';
import { aligned } from './table.ts';

/** Colours what is said; each gives its text back for plain text. */
export interface ReportPaint {
  readonly heading: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
}

const asItIs = (text: string): string => text;
const plain: ReportPaint = { heading: asItIs, bad: asItIs, faint: asItIs };

const mostSteps = 15;
const mostErrors = 5;
const mostWrong = 10;
const barLength = 20;
const day = 10;
const minute = 16;

/** The report to read: a line for each question, a table for each list, and at the end what could not be answered. */
export function reportText(data: ReportData, paint: ReportPaint = plain): string {
  const parts = [
    titleOf(data),
    aligned(answersTo(data, paint)),
    stepsTable(data, paint),
    errorsTable(data, paint),
    monthsTable(data, paint),
    wrongTable(data, paint),
    unansweredList(data, paint),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function titleOf({ traces, requests, from, to }: ReportData): string {
  if (traces === 0) return 'No traces.';
  const read = requests === traces ? '' : `, of which ${formatCount(traces)} were sampled`;
  const counted = `${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}`;
  return `${counted} from ${moment(from)} to ${moment(to)}${read}`;
}

function moment(time: string | null): string {
  return time === null ? '?' : `${time.slice(0, day)} ${time.slice(day + 1, minute)}`;
}

function answersTo({ latency, consumption, steps, errors, retries }: ReportData, paint: ReportPaint): string[][] {
  const { inputTokens, outputTokens, totalTokens, costUsd, totalCostUsd, unpriced } = consumption;
  const without = unpriced.length === 0 ? '' : `; without ${unpriced.join(', ')}, which has no price`;
  const [slowest] = steps;
  const rows: [string, string | null][] = [
    [
      'Latency',
      latency && `p50 ${formatMs(latency.p50)}   p95 ${formatMs(latency.p95)}   p99 ${formatMs(latency.p99)}`,
    ],
    [
      'Tokens',
      totalTokens === null
        ? null
        : `${formatCount(totalTokens)} a request: ${formatCount(inputTokens ?? 0)} in, ${formatCount(outputTokens ?? 0)} out`,
    ],
    [
      'Cost',
      costUsd === null ? null : `${formatUsd(costUsd)} a request, ${formatUsd(totalCostUsd ?? 0)} in all${without}`,
    ],
    ['Slowest step', slowest === undefined ? null : `${slowest.name}, p95 ${formatMs(slowest.p95)}`],
    [
      'Errors',
      errors &&
        `${errors.rate > 0 ? paint.bad(formatShare(errors.rate)) : formatShare(0)} of requests failed, ` +
          `${formatShare(errors.handledRate)} had an error and went on`,
    ],
    [
      'Retries',
      retries &&
        `${formatShare(retries.successRate)} of what was tried again (${formatCount(retries.operations)}) succeeded in the end`,
    ],
  ];
  return rows.flatMap(([question, answer]) => (answer === null ? [] : [[paint.heading(question), answer]]));
}

function stepsTable({ steps }: ReportData, paint: ReportPaint): string {
  if (steps.length === 0) return '';
  const longest = steps[0]?.p95 ?? 0;
  const header = ['Step', 'kind', 'count', 'p50', 'p95', 'p99', 'failed', ''].map(paint.heading);
  const rows = steps
    .slice(0, mostSteps)
    .map((step) => [
      step.name,
      paint.faint(step.kind),
      formatCount(step.count),
      formatMs(step.p50),
      formatMs(step.p95),
      formatMs(step.p99),
      step.errorRate > 0 ? paint.bad(formatShare(step.errorRate)) : formatShare(0),
      '▇'.repeat(longest === 0 ? 0 : Math.max(1, Math.round((step.p95 / longest) * barLength))),
    ]);
  const more = steps.length > mostSteps ? `\n${paint.faint(`… and ${steps.length - mostSteps} faster ones`)}` : '';
  return aligned([header, ...rows], [2, 3, 4, 5, 6]) + more;
}

function errorsTable({ errors }: ReportData, paint: ReportPaint): string {
  if (errors === null || errors.groups.length === 0) return '';
  const header = ['Most common errors', 'requests', 'for instance'].map(paint.heading);
  const rows = errors.groups
    .slice(0, mostErrors)
    .map(({ type, message, traces, traceId }) => [
      paint.bad(message === '' ? type : `${type}: ${message}`),
      formatCount(traces),
      paint.faint(traceId),
    ]);
  return aligned([header, ...rows], [1]);
}

function monthsTable({ months }: ReportData, paint: ReportPaint): string {
  if (months.every(({ costUsd }) => costUsd === null)) return '';
  const header = ['Month', 'requests', 'cost', 'a request'].map(paint.heading);
  const rows = months.map(({ month, requests, costUsd, costPerRequestUsd }) => [
    month,
    formatCount(requests),
    costUsd === null ? '?' : formatUsd(costUsd),
    costPerRequestUsd === null ? '?' : formatUsd(costPerRequestUsd),
  ]);
  return aligned([header, ...rows], [1, 2, 3]);
}

function wrongTable({ wrong, evaluated }: ReportData, paint: ReportPaint): string {
  if (evaluated === 0) return '';
  const title = paint.heading(`Wrong answers: ${wrong.length} of ${formatCount(evaluated)} that were evaluated`);
  const rows = wrong
    .slice(0, mostWrong)
    .map(({ name, startTime, evaluation, comment, input, traceId }) => [
      `  ${name}`,
      moment(startTime),
      paint.bad(comment === null ? evaluation : `${evaluation}: ${comment}`),
      input === null ? '' : shortened(input),
      paint.faint(traceId),
    ]);
  return rows.length === 0 ? title : `${title}\n${aligned(rows)}`;
}

function shortened(input: string): string {
  return input.length > 40 ? `${input.slice(0, 40)}…` : input;
}

/** "Can't answer = no observability" (E34): so it is said what to do. */
function unansweredList(data: ReportData, paint: ReportPaint): string {
  if (data.traces === 0) return '';
  const open: [boolean, string][] = [
    [data.steps.length === 0, 'which step is slowest: no request has steps; wrap the functions it is made of'],
    [data.consumption.totalTokens === null, 'tokens: no generation has usage; give its span type "generation"'],
    [data.consumption.costUsd === null, 'cost: no generation has a price; name its model, or give prices of your own'],
    [data.retries === null, 'retries: nothing was tried again'],
    [data.evaluated === 0, 'wrong answers: no request was evaluated; trace.evaluate() does it'],
  ];
  const lines = open.flatMap(([isOpen, line]) => (isOpen ? [`  ${line}`] : []));
  return lines.length === 0 ? '' : [paint.heading('Not answered'), ...lines].join('\n');
}
