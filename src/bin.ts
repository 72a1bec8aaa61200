#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { parseArgs, styleText } from 'node:util';
import { errorCode } from './base/error-code.ts';
import { report } from './report/report.ts';
import { tracesIn } from './report/source.ts';
import type { ReportPaint } from './report/text.ts';
import type { TraceRecord } from './span/trace-record.ts';
import { defaultDatabase } from './store/sqlite/database.ts';

const usage = `clew report [file]     answers the production checklist from an NDJSON file or a database (default .clew/clew.db)
  --json               as data
  --no-color           without colours
anything else          is for clew-studio`;

const colours: ReportPaint = {
  heading: (text) => styleText('bold', text),
  bad: (text) => styleText('red', text),
  faint: (text) => styleText('gray', text),
};

function whatIsWrong(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isMissing = errorCode(error) === 'ENOENT' && 'path' in error;
  return isMissing
    ? `there is no file ${String(error.path)}; run an agent with init() first, or name another`
    : error.message;
}

/** Says how far it is, where somebody looks on. */
async function* counted(traces: AsyncIterable<TraceRecord>): AsyncGenerator<TraceRecord> {
  let count = 0;
  for await (const trace of traces) {
    count += 1;
    if (process.stderr.isTTY && count % 1_000 === 0) process.stderr.write(`\r${count} traces read`);
    yield trace;
  }
  if (process.stderr.isTTY && count >= 1_000) process.stderr.write('\r\u001B[K');
}

async function runReport(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: { json: { type: 'boolean', default: false }, color: { type: 'boolean', default: process.stdout.isTTY } },
  });
  const answers = await report(counted(tracesIn(positionals[0] ?? defaultDatabase)));
  const text = values.json ? JSON.stringify(answers, null, 2) : answers.text(values.color ? colours : undefined);
  process.stdout.write(`${text}\n`);
}

/** The server, the dashboard and the rest of the command line are a package of their own. */
function runStudio(args: readonly string[]): void {
  let studio: string;
  try {
    studio = createRequire(`${process.cwd()}/`).resolve('clew-studio/bin');
  } catch {
    process.stderr.write(`${usage}\n\nclew-studio is not installed here: npm install --save-dev clew-studio\n`);
    process.exitCode = 1;
    return;
  }
  spawn(process.execPath, [studio, ...args], { stdio: 'inherit' }).on('exit', (code) => (process.exitCode = code ?? 1));
}

const [command, ...rest] = process.argv.slice(2);
if (command === undefined || command === '--help' || command === '-h') process.stdout.write(`${usage}\n`);
else if (command === 'report') {
  try {
    await runReport(rest);
  } catch (error) {
    process.stderr.write(`clew report: ${whatIsWrong(error)}\n`);
    process.exitCode = 1;
  }
} else runStudio(process.argv.slice(2));
