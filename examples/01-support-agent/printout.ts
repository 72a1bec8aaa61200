import { styleText } from 'node:util';
import type { SpanRecord, TraceRecord } from 'clew';
import type { Provider } from './provider.ts';
import { commandLine, databaseCommandLine, databaseQueries, queries } from './queries.ts';
import type { Ticket } from './tickets.ts';

// One meaning for each colour: bold is what the customer sees, dim is aside, red is an error, cyan is for pasting.

export function header({ planner, writer, scripted }: Provider): string {
  const models = [...new Set([planner.label, writer.label])].join(' and ');
  if (!scripted) return `${styleText('bold', 'Support agent')}  ${models}\n`;
  const hint = 'Set OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_HOST to talk to a real model.';
  return `${styleText('bold', 'Support agent')}  ${models}, played by a script on loopback\n${styleText('dim', hint)}\n`;
}

/** Ends where the streamed reply begins. */
export function question({ id, text }: Ticket): string {
  return `\n${styleText('bold', id)}  ${text}\n${styleText('dim', '→'.padStart(id.length))}  `;
}

export function summary(traces: readonly TraceRecord[], path: string): string {
  const spans = traces.flatMap((trace) => trace.spans);
  const failed = spans.filter((span) => span.level === 'ERROR').length;
  const counts = `${traces.length} traces, ${spans.length} spans, ${styleText('red', `${failed} errors`)}`;
  return `\n${tokenTable(spans)}\n\n${counts} in ${path}\n`;
}

/** The commands start at the left edge, so that a line copies clean. */
export function pasteables(path: string, database: string): string {
  const lines = [
    ...queries.map((query) => pasteable(query.title, commandLine(query, path))),
    ...databaseQueries.map((query) => pasteable(query.title, databaseCommandLine(query, database))),
  ];
  return `\n${lines.join('\n\n')}\n`;
}

function pasteable(title: string, command: string): string {
  return `${styleText('dim', title)}\n${styleText('cyan', command)}`;
}

function tokenTable(spans: SpanRecord[]): string {
  const counted = spans.filter((span) => span.usage && span.usageScope === 'self');
  const rows = [...new Set(counted.map((span) => span.model ?? 'unknown'))].map((model) => {
    const calls = counted.filter((span) => (span.model ?? 'unknown') === model);
    const totals = (['inputTokens', 'cacheReadTokens', 'outputTokens'] as const).map((key) => total(calls, key));
    return [model, String(calls.length), ...totals];
  });
  const [head = '', ...lines] = aligned([['model', 'calls', 'tokens in', 'of these cached', 'tokens out'], ...rows]);
  return [styleText('dim', head), ...lines].join('\n');
}

function total(spans: SpanRecord[], key: 'inputTokens' | 'cacheReadTokens' | 'outputTokens'): string {
  return String(spans.reduce((sum, span) => sum + (span.usage?.[key] ?? 0), 0));
}

/** The first column to the left, numbers to the right. */
function aligned(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}
