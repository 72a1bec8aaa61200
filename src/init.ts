import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { ownClock, systemClock } from './base/clock.ts';
import { ClewConfigError } from './base/config-error.ts';
import { StderrLogger } from './base/logger.ts';
import { readVariables } from './base/process.ts';
import { rememberContext } from './base/outside.ts';
import { Report } from './base/report.ts';
import { isCloudflareWorkers, whatIsMissing } from './base/runtime.ts';
import { shared } from './base/shared.ts';
import { Capturer } from './capture/capturer.ts';
import { defaultCaptureLimits } from './capture/limits.ts';
import { noMasking, RuleMasking, type Masking } from './capture/masking.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { ConsoleTraceExporter } from './exporters/console.ts';
import type { TraceExporter } from './exporters/exporter.ts';
import { HttpTraceExporter } from './exporters/http.ts';
import { InMemoryTraceExporter } from './exporters/memory.ts';
import { SqliteTraceExporter } from './exporters/sqlite.ts';
import { checkOptions, type Limits, type Mode, type TracerOptions } from './options.ts';
import { Lanes } from './pipeline/lanes.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import { RecordMasker } from './pipeline/record-masker.ts';
import { Sampling } from './pipeline/sampling.ts';
import { closeAtExit, forgetAtExit } from './process-exit.ts';
import { describeSettings, isSameSettings, type Settings } from './settings.ts';
import type { Service } from './span/trace-fields.ts';
import { noPrices, Prices } from './pricing/prices.ts';
import { SpanWriter } from './span/span-writer.ts';
import { databaseName } from './store/sqlite/database.ts';
import { TraceStore } from './store/trace-store.ts';
import { activeTracer } from './tracer/active.ts';
import { OffTracer } from './tracer/off-tracer.ts';
import type { TracerParts } from './tracer/parts.ts';
import { isTracer, Tracer } from './tracer/tracer.ts';

const defaultLimits: Limits = {
  ...defaultCaptureLimits,
  spanBytes: 262_144,
  traceSpans: 10_000,
  openTraces: 1_000,
  openBytes: 134_217_728,
  idleMs: 3_600_000,
  queueSpans: 10_000,
  queueBytes: 67_108_864,
};
const defaultFlushIntervalMs = 5_000;
const defaultFlushThreshold = 10;
const defaultLateSpanMs = 5_000;

/**
 * Makes the tracer that the whole process shares (G1, G9). Until it is called, decorated and wrapped code runs as if it
 * were neither. Without mode and exporter it writes `.clew/clew.db` and needs nothing else.
 *
 * A second call with equal options returns the same tracer: plain data is compared by value, and so are the exporters of
 * clew that write to one place; other exporters, functions, stores and loggers are compared by identity. With other
 * options the new tracer takes over: every tracer that `init` returned before records through it from then on, and what
 * is open goes on to its end where it began. When an option is wrong, the tracer in force stays.
 *
 * @throws ClewConfigError when an option is wrong. Nothing else throws.
 * @example
 * ```ts
 * import { init } from 'clew';
 * const clew = init({ name: 'support', mode: 'console', session: 'conv_1' });
 * clew.trace('hello', () => 'world');
 * await clew.flush();
 * ```
 */
export function init(options: TracerOptions = {}): Tracer {
  checkOptions(options);
  const settings = settingsOf(options);
  const previous = isTracer(shared.tracer) ? shared.tracer : undefined;
  if (previous !== undefined && settings !== undefined && isSameSettings(shared.settings, settings)) return previous;
  // The tracer must not keep the context of the request in which it happens to be made.
  const tracer = outside(() => createTracer(options));
  if (previous !== undefined) reportHandover(tracer.report);
  tracer.takeOver();
  shared.settings = settings;
  return tracer;
}

const outside = rememberContext();
/** The tracer that is made reports what is wrong with the environment; comparing does not repeat it. */
const silent = new Report({ warn: () => {}, debug: () => {} });

/** Undefined where they cannot be told, as in a folder that is gone: no other options are equal to them. */
function settingsOf(options: TracerOptions): Settings | undefined {
  try {
    return describeSettings(options, readEnvironment(readVariables(), silent));
  } catch {
    return undefined;
  }
}

/** Loudly once in a process: a hot reload does it each time a file is saved. */
function reportHandover(report: Report): void {
  shared.handovers += 1;
  const message =
    'init was called again with other options; the new tracer takes over, and what is open ends in the one before it';
  if (shared.handovers === 1) report.warn('second-init', message);
  else report.debug('second-init', message);
}

/**
 * Makes a tracer of its own: for a test, a tenant, a library. Use it directly or through `withTracer`.
 *
 * @throws ClewConfigError when an option is wrong.
 */
export function createTracer(options: TracerOptions = {}): Tracer {
  checkOptions(options);
  const report = new Report(options.logger ?? new StderrLogger());
  try {
    return build(options, report);
  } catch (error) {
    if (error instanceof ClewConfigError) throw error;
    // A runtime that lacks something, a folder that is gone: the program runs without tracing.
    report.warn('own-failure', 'a tracer could not be made; tracing is off', error);
    return offTracer();
  }
}

function build(options: TracerOptions, report: Report): Tracer {
  const environment = readEnvironment(readVariables(), report);
  const exporters = chooseExporters(options, environment, report);
  if (exporters === undefined) return new OffTracer(assemble(options, environment, report, []));
  const tracer = new Tracer(assemble(options, environment, report, exporters));
  closeAtExit(tracer, options.handleSignals === true);
  return tracer;
}

/** The scoped tracer, else the one that `init` made, else one that records nothing. */
export function getTracer(): Tracer {
  return activeTracer() ?? standIn();
}

let placeholder: Tracer | undefined;

/** What `getTracer` returns before `init`: a module that keeps it records once `init` was called. */
function standIn(): Tracer {
  if (placeholder !== undefined) return placeholder;
  placeholder = createOffTracer();
  placeholder.becomeHandle();
  return placeholder;
}

let off: Tracer | undefined;

function offTracer(): Tracer {
  return (off ??= createOffTracer());
}

/** Made without the environment, of which the tracers that record have told already. */
function createOffTracer(): Tracer {
  const report = new Report(new StderrLogger());
  return new OffTracer(assemble({}, readEnvironment({}, report), report, []));
}

/** Undefined for off. */
function chooseExporters(
  options: TracerOptions,
  environment: Environment,
  report: Report,
): readonly TraceExporter[] | undefined {
  const isEnabled = options.enabled ?? !environment.isDisabled;
  if (!isEnabled || options.mode === 'off') return undefined;
  const missing = whatIsMissing();
  if (missing !== undefined) {
    report.warn('runtime', `${missing}: tracing is off`);
    return undefined;
  }
  if (options.exporters !== undefined) return options.exporters;
  if (options.exporter !== undefined) return [options.exporter];
  const mode = options.mode ?? environment.mode;
  if (mode === 'memory') return [new InMemoryTraceExporter()];
  if (mode === 'console') return [new ConsoleTraceExporter()];
  if (mode === 'dev' || mode === 'prod') return [createHttpExporter(mode, options, environment)];
  if (mode === 'off') return undefined;
  if (mode === undefined && environment.isProduction) {
    report.warn('no-mode', 'NODE_ENV is production and neither mode nor exporter is given: tracing is off');
    return undefined;
  }
  if (isCloudflareWorkers()) {
    report.warn('no-mode', 'a Worker has no disk: give init a mode other than local, or an exporter. Tracing is off');
    return undefined;
  }
  return [new SqliteTraceExporter(join(environment.folder, databaseName))];
}

function createHttpExporter(mode: Mode, options: TracerOptions, environment: Environment): TraceExporter {
  const baseUrl = options.baseUrl ?? environment.baseUrl;
  const token = options.token ?? environment.token;
  if (mode === 'prod' && baseUrl === undefined) {
    throw new ClewConfigError('baseUrl', undefined, 'the address of your server: mode prod has no default');
  }
  return new HttpTraceExporter({
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(token === undefined ? {} : { token }),
  });
}

function assemble(
  options: TracerOptions,
  environment: Environment,
  report: Report,
  exporters: readonly TraceExporter[],
): TracerParts {
  const limits = { ...defaultLimits, ...options.limits };
  const service = readService(options);
  const capturer = new Capturer(limits, createMasking(options), options.recordExceptions !== 'type');
  const writer = new SpanWriter({
    capturer,
    report,
    spanBytes: limits.spanBytes,
    pseudonymOf: createPseudonyms(options, service),
    prices: options.prices === false ? noPrices : new Prices(options.prices),
  });
  const sampling = createSampling(options, environment, report);
  const store = options.store ?? ((options.mode ?? environment.mode) === 'memory' ? new TraceStore() : undefined);
  // What an exporter calls is not traced. Without exporters there is nothing to keep quiet, nor an end to this.
  const quietScope = exporters.length === 0 ? {} : { tracer: offTracer(), span: undefined, isQuiet: true };
  const lanes = new Lanes(exporters, store, {
    clock: ownClock,
    report,
    quietScope,
    queue: {
      limits: { spans: limits.queueSpans, length: limits.queueBytes },
      intervalMs: options.flushIntervalMs ?? defaultFlushIntervalMs,
      threshold: options.flushThreshold ?? defaultFlushThreshold,
    },
  });
  const masker = typeof options.masker === 'function' ? new RecordMasker(options.masker, report) : undefined;
  const pipeline = new Pipeline({
    clock: systemClock,
    report,
    sampling,
    lanes,
    masker,
    limits: { ...limits, openLength: limits.openBytes, lateSpanMs: options.lateSpanMs ?? defaultLateSpanMs },
  });
  const { includeInputs = true, includeOutputs = true, recordExceptions = 'full' } = options;
  return {
    clock: systemClock,
    report,
    capturer,
    writer,
    policy: { includeInputs, includeOutputs, recordExceptions },
    sampling,
    pipeline,
    lanes,
    exporters,
    store,
    onStop: forgetAtExit,
    defaults: {
      service,
      session: options.session,
      tags: options.tags ?? [],
      metadata: options.metadata,
      runId: options.runId,
    },
  };
}

function readService(options: TracerOptions): Service {
  return {
    name: options.name ?? 'agent',
    environment: options.environment ?? null,
    version: options.version ?? null,
    tenantId: options.tenantId ?? 0,
  };
}

function createMasking({ masker }: TracerOptions): Masking {
  if (masker === false) return noMasking;
  return new RuleMasking(typeof masker === 'object' ? masker : {});
}

/** Stable for one key: the same user is the same pseudonym in every trace and every process. */
function createPseudonyms({ masker }: TracerOptions, service: Service): ((id: string) => string) | undefined {
  const pseudonymize = typeof masker === 'object' ? masker.pseudonymize : undefined;
  if (pseudonymize === undefined || pseudonymize === false) return undefined;
  const key = typeof pseudonymize === 'string' ? pseudonymize : `clew:${service.name}`;
  return (id) => createHmac('sha256', key).update(id).digest('hex').slice(0, 32);
}

function createSampling(options: TracerOptions, environment: Environment, report: Report): Sampling {
  return new Sampling(
    {
      sampleRate: options.sampleRate ?? environment.sampleRate ?? 1,
      keepErrors: options.keepErrors ?? true,
      keepSlowerThanMs: options.keepSlowerThanMs,
      keepCostlierThanUsd: options.keepCostlierThanUsd,
      sampler: options.sampler,
    },
    report,
  );
}
