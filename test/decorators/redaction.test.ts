import { describe, expect, it } from 'vitest';
import { span, traced } from 'clew';
import { Recording } from '../call/recording.ts';

const hidden = { $clew: 'redacted' };
const secret = 'the-secret-value';

describe('the redact option', () => {
  it('keeps an argument out of the record, and gives it to the method', () => {
    class Vault {
      @span({ redact: ['key'] })
      open(key: string, door: string) {
        return `${key.length} ${door}`;
      }
    }
    const recording = new Recording();
    expect(recording.run(() => new Vault().open(secret, 'north'))).toBe('16 north');
    expect(recording.span('open').input).toEqual({ key: hidden, door: 'north' });
    expect(recording.exporter.traces[0]?.text()).not.toContain(secret);
    // A marker of ours, not a key of the user's.
    expect(recording.exporter.traces[0]?.text()).toContain('"key":{"$clew":"redacted"}');
  });

  it('keeps a key of a sole object out of the record, and leaves the object as it is', () => {
    const recording = new Recording();
    const options = { note: secret, city: 'Oslo' };
    const ask = traced({ name: 'ask', redact: ['note'] }, (given: typeof options) => given);
    expect(recording.run(() => ask(options))).toBe(options);
    expect(options.note).toBe(secret);
    expect(recording.span('ask').input).toEqual({ note: hidden, city: 'Oslo' });
  });

  it('keeps a sole object out as a whole, by its parameter’s name', () => {
    const recording = new Recording();
    const ask = traced({ name: 'ask', redact: ['given'] }, (given: object) => Object.keys(given).length);
    expect(recording.run(() => ask({ a: secret }))).toBe(1);
    expect(recording.span('ask').input).toEqual({ given: hidden });
  });

  it('goes by the names of `params`, and by positions where there are none', () => {
    const recording = new Recording();
    const named = traced({ name: 'named', params: ['user', 'pin'], redact: ['pin'] }, (a: string, b = '') => a + b);
    const placed = traced({ name: 'placed', redact: ['1'] }, (a: string, b = '') => a + b);
    recording.run(() => [named('Ada', secret), placed('Ada', secret)]);
    expect(recording.span('named').input).toEqual({ user: 'Ada', pin: hidden });
    expect(recording.span('placed').input).toEqual({ a: 'Ada', b: hidden });
  });

  it('does not read the getter of a hidden key, and survives one that throws', () => {
    const recording = new Recording();
    const ask = traced({ name: 'ask', redact: ['note'] }, (given: object) => Object.keys(given).length);
    const given = {
      get note(): string {
        throw new Error('must not be read');
      },
      get broken(): string {
        throw new Error('broken');
      },
      city: 'Oslo',
    };
    expect(recording.run(() => ask(given))).toBe(3);
    expect(recording.span('ask').input).toMatchObject({ note: hidden, city: 'Oslo' });
  });
});

describe('includeInput and includeOutput', () => {
  it('false keeps what goes in, or comes out, out of the record [L19, L20]', () => {
    const recording = new Recording();
    const blind = traced({ name: 'blind', includeInput: false }, (x: string) => x);
    const mute = traced({ name: 'mute', includeOutput: false }, (x: string) => x);
    recording.run(() => [blind('a'), mute('b')]);
    expect(recording.span('blind')).toMatchObject({ input: null, output: 'a' });
    expect(recording.span('mute')).toMatchObject({ input: { x: 'b' }, output: null });
  });

  it('false keeps what is yielded out of the record', () => {
    const recording = new Recording();
    const mute = traced({ name: 'mute', includeOutput: false }, function* () {
      yield secret;
    });
    expect(recording.run(() => [...mute()])).toEqual([secret]);
    expect(recording.span('mute').output).toBeNull();
  });
});
