#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { parseArgs, styleText } from 'node:util';
import { errorCode } from './base/error-code.ts';
import { SDK } from './base/version.ts';
import { report } from './report/report.ts';
import { tracesIn } from './report/source.ts';
import type { ReportPaint } from './report/text.ts';
import type { TraceRecord } from './span/trace-record.ts';
import { defaultDatabase } from './store/sqlite/database.ts';

const usage = `clew <command>

  report [file]   answers the production checklist from traces
  help [command]  says what a command takes; so does --help after it
  --version       says which clew this is

Anything else is for clew-studio.`;

const reportUsage = `clew report [file]

Answers the production checklist from an NDJSON file or a database of local mode. The file is ${defaultDatabase} if missing.

  --json      as data
  --color     with colours; by default in a terminal where NO_COLOR is not set
  --no-color  without colours
  --help      this text`;

const colours: ReportPaint = {
  heading: (text) => styleText('bold', text),
  bad: (text) => styleText('red', text),
  faint: (text) => styleText('gray', text),
};

function whatIsWrong(error: unknown, path: string): string {
  if (!(error instanceof Error)) return String(error);
  const code = errorCode(error);
  if (code === 'ENOENT') return `there is no file ${path}; run an agent with init() first, or name another`;
  if (code === 'EISDIR') return `${path} is a folder; name a file in it`;
  return error.message.includes(path) ? error.message : `${path} cannot be read: ${error.message}`;
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
    options: {
      json: { type: 'boolean', default: false },
      color: { type: 'boolean', default: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return print(reportUsage);
  const [path = defaultDatabase, ...more] = positionals;
  if (more.length > 0) throw new Error(`takes one file, not ${positionals.length}; clew report --help says more`);
  const answers = await report(counted(tracesIn(path))).catch((error: unknown) => {
    throw new Error(whatIsWrong(error, path), { cause: error });
  });
  if (answers.data.traces === 0) {
    throw new Error(`there are no traces in ${path}; it takes NDJSON, one trace a line, or a database of local mode`);
  }
  print(values.json ? JSON.stringify(answers, null, 2) : answers.text(values.color ? colours : undefined));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

/** The server, the dashboard and the rest of the command line are a package of their own. */
function runStudio(args: readonly string[]): void {
  let studio: string;
  try {
    studio = createRequire(`${process.cwd()}/`).resolve('clew-studio/bin');
  } catch {
    const install = 'clew-studio, which may have it, is not installed here: npm install --save-dev clew-studio';
    return fail(`clew: there is no command ${args[0] ?? ''} here\n${install}\n\n${usage}`);
  }
  spawn(process.execPath, [studio, ...args], { stdio: 'inherit' }).on('exit', (code) => (process.exitCode = code ?? 1));
}

async function run([command, ...rest]: readonly string[]): Promise<void> {
  if (command === undefined || command === '--help' || command === '-h') return print(usage);
  if (command === '--version' || command === '-v') return print(SDK.version);
  if (command === 'help') return rest.length === 0 ? print(usage) : run([...rest, '--help']);
  if (command !== 'report') return runStudio([command, ...rest]);
  try {
    await runReport(rest);
  } catch (error) {
    fail(`clew report: ${error instanceof Error ? error.message : String(error)}`);
  }
}

// The reader may have seen enough, such as `head`.
process.stdout.on('error', (error) => process.exit(errorCode(error) === 'EPIPE' ? 0 : 1));
await run(process.argv.slice(2));
