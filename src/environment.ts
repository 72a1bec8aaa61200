import { describe, shown } from './base/config-error.ts';
import { dataFolder } from './base/data-folder.ts';
import { logLevels } from './base/logger.ts';
import type { Variables } from './base/process.ts';
import type { Report } from './base/report.ts';
import { isMode, isRate, modes, type Mode } from './options.ts';

/** What the environment says where the options say nothing. */
export interface Environment {
  readonly mode: Mode | undefined;
  /** The folder of local mode. */
  readonly folder: string;
  readonly baseUrl: string | undefined;
  readonly token: string | undefined;
  readonly sampleRate: number | undefined;
  readonly isDisabled: boolean;
  readonly isProduction: boolean;
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
]);

/** Reads the `CLEW_…` variables. A wrong value is reported and counts as absent: a typo must not stop a service. */
export function readEnvironment(variables: Variables, report: Report): Environment {
  const read = <Value>(name: string, allowed: string, parse: (text: string) => Value | undefined) => {
    const text = variables[name];
    if (text === undefined || text === '') return undefined;
    const value = parse(text);
    if (value === undefined) {
      // An address may hold a password, and what is wrong with it is seldom what it says.
      const seen = describe(name === 'CLEW_BASE_URL' ? text : shown(text));
      report.warn(`environment-${name}`, `${name} is ${seen}; allowed: ${allowed}. It was left out`);
    }
    return value;
  };
  read('CLEW_LOG_LEVEL', [...logLevels.keys()].join(', '), (text) => logLevels.get(text));
  return {
    mode: read('CLEW_MODE', modes.join(', '), (text) => (isMode(text) ? text : undefined)),
    folder: read('CLEW_DIR', 'the path of a folder', (text) => text) ?? dataFolder,
    baseUrl: read('CLEW_BASE_URL', 'an http or https address', (text) => (URL.canParse(text) ? text : undefined)),
    token: variables['CLEW_TOKEN'] === '' ? undefined : variables['CLEW_TOKEN'],
    sampleRate: read('CLEW_SAMPLE_RATE', 'a number from 0 to 1', parseRate),
    isDisabled: read('CLEW_DISABLED', '1, true, 0, false', (text) => switches.get(text)) ?? false,
    isProduction: variables['NODE_ENV'] === 'production',
  };
}

/** Spaces alone are no number, although JavaScript takes them for 0. */
function parseRate(text: string): number | undefined {
  const rate = text.trim() === '' ? Number.NaN : Number(text);
  return isRate(rate) ? rate : undefined;
}
