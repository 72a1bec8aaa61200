import type { LogLevel } from './base/logger.ts';
import type { Report } from './base/report.ts';
import { isMode, isRate, type Mode } from './options.ts';

/** What the environment says where the options say nothing. */
export interface Environment {
  readonly mode: Mode | undefined;
  readonly sampleRate: number | undefined;
  readonly isDisabled: boolean;
  readonly isProduction: boolean;
}

/** Reads the `CLEW_…` variables. A wrong value is reported and counts as absent: a typo must not stop a service. */
export function readEnvironment(variables: NodeJS.ProcessEnv, report: Report): Environment {
  const mode = variables['CLEW_MODE'];
  const rate = variables['CLEW_SAMPLE_RATE'];
  const sampleRate = rate === undefined || rate === '' ? undefined : Number(rate);
  if (mode !== undefined && mode !== '' && !isMode(mode)) {
    report.warn('environment', `CLEW_MODE is "${mode}"; allowed: memory, console, off. It was left out`);
  }
  if (sampleRate !== undefined && !isRate(sampleRate)) {
    report.warn('environment', `CLEW_SAMPLE_RATE is "${rate}"; allowed: a number from 0 to 1. It was left out`);
  }
  return {
    mode: isMode(mode) ? mode : undefined,
    sampleRate: isRate(sampleRate) ? sampleRate : undefined,
    isDisabled: variables['CLEW_DISABLED'] === '1' || variables['CLEW_DISABLED'] === 'true',
    isProduction: variables['NODE_ENV'] === 'production',
  };
}

/** `CLEW_LOG_LEVEL`: debug, warn (the default) or silent. */
export function readLogLevel(variables: NodeJS.ProcessEnv): LogLevel {
  const level = variables['CLEW_LOG_LEVEL'];
  return level === 'debug' || level === 'silent' ? level : 'warn';
}
