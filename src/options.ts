import { ClewConfigError, hidden, shown } from './base/config-error.ts';
import type { Logger } from './base/logger.ts';
import { isDictionary, isObject } from './base/object.ts';
import type { CaptureLimits } from './capture/limits.ts';
import type { MaskRules } from './capture/masking.ts';
import { isTraceExporter, type TraceExporter } from './exporters/exporter.ts';
import type { OwnPrices } from './pricing/prices.ts';
import type { RecordMask } from './pipeline/record-masker.ts';
import type { Sampler } from './pipeline/sampling.ts';
import type { SessionOption } from './span/span-options.ts';
import { isTraceStore, type TraceStore } from './store/trace-store.ts';

export const modes = ['local', 'dev', 'prod', 'memory', 'console', 'off'] as const;

/**
 * Where traces go when no exporter is named (G4): `local`, the default, writes `.clew/clew.db`; `dev` and `prod` send them
 * to a server by HTTP, `dev` to one on this machine unless `baseUrl` says otherwise.
 */
export type Mode = (typeof modes)[number];

/** Bounds of values, spans and traces. */
export interface Limits extends CaptureLimits {
  /** Bytes of all values of one span. Default 262,144. */
  readonly spanBytes: number;
  /** Spans kept of one trace; above it the oldest go. Default 10,000. */
  readonly traceSpans: number;
  /** Traces open at once; above it the oldest are closed as `no_end`. Default 1,000. */
  readonly openTraces: number;
  /** Bytes of text in open traces. Default 134,217,728 (128 MiB). */
  readonly openBytes: number;
  /** Milliseconds after which a trace in which nothing ends is closed as `no_end`. Default 3,600,000. */
  readonly idleMs: number;
  /** Spans that wait for one exporter; above it whole oldest traces go. Default 10,000. */
  readonly queueSpans: number;
  /** Bytes of text that wait for one exporter. Default 67,108,864 (64 MiB). */
  readonly queueBytes: number;
}

/** What `init` and `createTracer` take. Everything is optional. */
export interface TracerOptions {
  /** The service's name on every trace. Default `agent`. */
  readonly name?: string;
  readonly version?: string;
  readonly environment?: string;
  /** False turns tracing off. Default true; `CLEW_DISABLED=1` wins where it is not given. */
  readonly enabled?: boolean;
  /** Where traces go. Default `local`; `CLEW_MODE` where it is not given. */
  readonly mode?: Mode;
  /** Where traces go, instead of a mode. */
  readonly exporter?: TraceExporter;
  readonly exporters?: readonly TraceExporter[];
  /** Where the server of the modes `dev` and `prod` is. `CLEW_BASE_URL` where it is not given; required in `prod`. */
  readonly baseUrl?: string;
  /** What the server knows us by (G7); required unless it is on this machine. `CLEW_TOKEN` where it is not given. */
  readonly token?: string;
  /** Milliseconds between two batches to one exporter, from 1 (V91). Default 5,000. */
  readonly flushIntervalMs?: number;
  /** Spans at which a batch is sent before that (V92). Default 10. */
  readonly flushThreshold?: number;
  /** The session of traces that name none (G8). */
  readonly session?: SessionOption;
  /** On every trace, before its own. */
  readonly tags?: readonly string[];
  /** On every trace, under its own. */
  readonly metadata?: object;
  readonly tenantId?: number | string;
  /** The run of traces that name none. */
  readonly runId?: string;
  /**
   * Share of the traces that begin here which are kept, 0 to 1. Default 1; `CLEW_SAMPLE_RATE` if it is missing. Decides by
   * OpenTelemetry's consistent probability. A trace that goes on from a caller is kept or not as its `traceparent` says.
   */
  readonly sampleRate?: number;
  /** Keeps every trace with a span, or an event, of level ERROR, late ones too. Default true. */
  readonly keepErrors?: boolean;
  /** Keeps every trace that took longer, in milliseconds, from its start to the end of its last span. */
  readonly keepSlowerThanMs?: number;
  /** Keeps every trace that cost more, in US dollars. */
  readonly keepCostlierThanUsd?: number;
  /** Decides about each finished trace before the other rules; asked again when late spans have ended. */
  readonly sampler?: Sampler;
  /** Records what calls are given. Default true. */
  readonly includeInputs?: boolean;
  /** Records what calls give. Default true. */
  readonly includeOutputs?: boolean;
  /** `type` leaves messages and stacks out. Default `full`. */
  readonly recordExceptions?: 'full' | 'type';
  /** False turns masking off, rules are added to the default ones, a function changes finished records. */
  readonly masker?: false | MaskRules | RecordMask;
  /**
   * Your own prices, in US dollars, by model or by `provider/model`; they win over the tables'. For a million tokens, for an
   * hour of audio (`audio_hours`), for a million characters (`input_mchars`). False prices nothing.
   */
  readonly prices?: false | OwnPrices;
  readonly limits?: Partial<Limits>;
  /**
   * Milliseconds after its root's end for which a trace waits for its open spans, before it is exported or given up.
   * Default 5,000.
   */
  readonly lateSpanMs?: number;
  /** Keeps recent traces in memory. */
  readonly store?: TraceStore;
  /** True: SIGTERM, SIGINT and SIGHUP drain, for at most 5 s, before they end the process as they do without us. */
  readonly handleSignals?: boolean;
  /** Where our own failures go, instead of a pino logger named `clew` on stderr. */
  readonly logger?: Logger;
}

interface Check {
  readonly isSecret?: boolean;
  /** It takes a few words or a number, so that a text that came in their place may be shown. */
  readonly showsText?: boolean;
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
}

const text: Check = {
  allowed: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
/** What is wrong with it is told, but never what it is. */
const secret: Check = { ...text, isSecret: true };
const flag: Check = { allowed: 'true or false', showsText: true, accepts: (value) => typeof value === 'boolean' };
const plainObject: Check = { allowed: 'an object', accepts: isDictionary };
const amount: Check = {
  allowed: 'a number of 0 or more',
  showsText: true,
  accepts: (value) => typeof value === 'number' && value >= 0,
};
/** Above it, Node's timers fire at once. */
const longestTimer = 2_147_483_647;
const delay: Check = {
  showsText: true,
  allowed: `a number from 0 to ${longestTimer}`,
  accepts: (value) => typeof value === 'number' && value >= 0 && value <= longestTimer,
};
const count: Check = {
  showsText: true,
  allowed: 'a whole number from 1',
  accepts: (value) => Number.isInteger(value) && typeof value === 'number' && value >= 1,
};
const callback: Check = { allowed: 'a function', accepts: (value) => typeof value === 'function' };
const exporter: Check = { allowed: 'an object with a function export(trace)', accepts: isTraceExporter };

const checks: { readonly [Option in keyof Required<TracerOptions>]: Check } = {
  name: text,
  version: text,
  environment: text,
  enabled: flag,
  mode: { showsText: true, allowed: `one of ${modes.join(', ')}`, accepts: isMode },
  exporter,
  exporters: {
    allowed: 'a list of exporters',
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isTraceExporter),
  },
  baseUrl: text,
  token: secret,
  flushIntervalMs: {
    showsText: true,
    allowed: `a number of milliseconds from 1 to ${longestTimer}`,
    accepts: (value) => delay.accepts(value) && Number(value) >= 1,
  },
  flushThreshold: count,
  session: { allowed: 'an id, or an object with a text id', accepts: isSession },
  tags: {
    allowed: 'a list of texts',
    accepts: (value) => Array.isArray(value) && value.every((tag) => typeof tag === 'string'),
  },
  metadata: plainObject,
  tenantId: { allowed: 'a number or a text', accepts: (value) => typeof value === 'string' || Number.isFinite(value) },
  runId: text,
  sampleRate: { showsText: true, allowed: 'a number from 0 to 1', accepts: isRate },
  keepErrors: flag,
  keepSlowerThanMs: amount,
  keepCostlierThanUsd: amount,
  sampler: callback,
  includeInputs: flag,
  includeOutputs: flag,
  recordExceptions: {
    showsText: true,
    allowed: "'full' or 'type'",
    accepts: (value) => value === 'full' || value === 'type',
  },
  masker: { allowed: 'false, rules {keys, patterns, pseudonymize}, or a function', accepts: isMasker },
  prices: {
    allowed: 'false, or prices by model such as {"my-model": {input_mtok: 1, output_mtok: 4}}',
    accepts: isPrices,
  },
  limits: { allowed: 'an object of numbers above 0', accepts: isLimits },
  lateSpanMs: delay,
  handleSignals: flag,
  store: { allowed: 'a TraceStore', accepts: isTraceStore },
  logger: { allowed: 'an object with functions warn and debug, such as a pino logger', accepts: isLogger },
};

const limitNames: ReadonlySet<string> = new Set<keyof Limits>([
  ...(['valueBytes', 'stringLength', 'arrayHead', 'arrayTail', 'depth'] as const),
  ...(['spanBytes', 'traceSpans', 'openTraces', 'openBytes', 'idleMs'] as const),
  ...(['queueSpans', 'queueBytes'] as const),
]);

/** @throws ClewConfigError naming the first option that is wrong, what came, and what is allowed. */
export function checkOptions(options: TracerOptions): void {
  if (!isObject(options)) throw new ClewConfigError('options', options, 'an object');
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!isOption(option)) {
      throw new ClewConfigError(option, hidden(value), `no such option; there are ${Object.keys(checks).join(', ')}`);
    }
    const check = checks[option];
    if (!check.accepts(value)) throw new ClewConfigError(option, seenBy(check, value), check.allowed);
  }
  if (options.exporter !== undefined && options.exporters !== undefined) {
    throw new ClewConfigError('exporters', options.exporters, 'either exporter or exporters, not both');
  }
}

function seenBy({ isSecret, showsText }: Check, value: unknown): unknown {
  if (isSecret === true) return hidden(value);
  return showsText === true ? shown(value) : value;
}

export function isMode(value: unknown): value is Mode {
  return modes.some((mode) => mode === value);
}

export function isRate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isOption(option: string): option is keyof typeof checks {
  return Object.hasOwn(checks, option);
}

function isSession(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  return isObject(value) && 'id' in value && typeof value.id === 'string' && value.id !== '';
}

function isMasker(value: unknown): boolean {
  if (value === false || typeof value === 'function') return true;
  if (!isDictionary(value)) return false;
  return Object.entries(value).every(([key, rule]) => isMaskRule(key, rule));
}

function isMaskRule(key: string, rule: unknown): boolean {
  if (rule === undefined) return true;
  if (key === 'keys') return Array.isArray(rule) && rule.every((name) => typeof name === 'string');
  if (key === 'patterns') return Array.isArray(rule) && rule.every(isPattern);
  return key === 'pseudonymize' && (typeof rule === 'boolean' || (typeof rule === 'string' && rule !== ''));
}

function isPattern(rule: unknown): boolean {
  return (
    rule instanceof RegExp || (isObject(rule) && 'pattern' in rule && rule.pattern instanceof RegExp && 'name' in rule)
  );
}

function isPrices(value: unknown): boolean {
  return value === false || (isDictionary(value) && Object.values(value).every(isPrice));
}

function isPrice(price: unknown): boolean {
  return isDictionary(price) && Object.values(price).every((rate) => typeof rate === 'number' && rate >= 0);
}

function isLimits(value: unknown): boolean {
  if (!isDictionary(value)) return false;
  return Object.entries(value).every(
    ([name, limit]) =>
      // `captureMs` was a limit once. It has no effect any more, and a program that still sets it should start.
      (limitNames.has(name) || name === 'captureMs') && typeof limit === 'number' && limit > 0,
  );
}

function isLogger(value: unknown): boolean {
  return (
    isObject(value) &&
    'warn' in value &&
    typeof value.warn === 'function' &&
    'debug' in value &&
    typeof value.debug === 'function'
  );
}
