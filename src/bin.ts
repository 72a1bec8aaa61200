#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { parseArgs, styleText } from 'node:util';
import { report } from './report/report.ts';
import type { ReportPaint } from './report/text.ts';

const usage = `clew report [file]     answers the production checklist from an NDJSON file or a database (default .clew/clew.db)
  --json               as data
  --no-color           without colours
anything else          is for clew-studio`;

const colours: ReportPaint = {
  heading: (text) => styleText('bold', text),
  bad: (text) => styleText('red', text),
  faint: (text) => styleText('gray', text),
};

async function runReport(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: { json: { type: 'boolean', default: false }, color: { type: 'boolean', default: process.stdout.isTTY } },
  });
  const answers = await report(positionals[0] ?? '.clew/clew.db');
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
    process.stderr.write(`clew report: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
} else runStudio(process.argv.slice(2));
