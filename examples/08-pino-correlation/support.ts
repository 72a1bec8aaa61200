import { pinoMixin, traced } from 'clew';
import { type DestinationStream, type Logger, pino } from 'pino';

/** The mixin is all: each line that is written inside a span carries its ids. */
export function createLog(destination?: DestinationStream): Logger {
  return pino({ name: 'support', mixin: pinoMixin }, destination ?? pino.destination(1));
}

export function createLookup(log: Logger): (email: string) => Promise<string> {
  return traced({ name: 'lookup_account', kind: 'tool' }, async (email: string) => {
    log.info('looking the account up');
    return email === 'mara@example.com' ? 'acc_17' : 'none';
  });
}
