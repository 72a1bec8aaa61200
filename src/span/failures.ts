import { fingerprintOf } from '../capture/fingerprint.ts';

const mostFailures = 1_000;

/**
 * What failed under one parent: a later sibling with the same name and input is a retry. Inputs are told apart by
 * their text and a fingerprint of what is missing in it, since two may be cut or masked to the same record.
 */
export class Failures {
  readonly #counts = new Map<string, number>();

  note(name: string, inputText: string, fingerprint: string | null): void {
    const key = keyOf(name, inputText, fingerprint);
    const count = this.#counts.get(key);
    // A parent that lives for weeks must not keep every call that ever failed under it.
    if (count !== undefined || this.#counts.size < mostFailures) this.#counts.set(key, (count ?? 0) + 1);
  }

  countOf(name: string, inputText: string, fingerprint: string | null): number {
    return this.#counts.get(keyOf(name, inputText, fingerprint)) ?? 0;
  }
}

function keyOf(name: string, inputText: string, fingerprint: string | null): string {
  return `${fingerprintOf(inputText)}${fingerprint ?? ''} ${name}`;
}
