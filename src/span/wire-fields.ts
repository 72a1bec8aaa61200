import { isDictionary } from '../base/object.ts';
import { usageKeys, wireUsageKeys, type MutableUsage, type Usage } from '../capture/usage/usage.ts';
import { wellFormedJson } from '../capture/well-formed.ts';
import type { SpanLink } from './fields.ts';

/** The members of a JSON object, each read as the kind of value it should be. */
export class WireFields {
  readonly #object: object;

  constructor(value: unknown) {
    this.#object = isDictionary(value) ? value : {};
  }

  value(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? Reflect.get(this.#object, key) : undefined;
  }

  text(key: string): string | null {
    const value = this.value(key);
    return typeof value === 'string' ? value : null;
  }

  /** Ids stand in wire text as they are, so that nothing else may pass for one. */
  id(key: string): string | null {
    const value = this.text(key);
    return value !== null && /^[\w-]{1,128}$/.test(value) ? value : null;
  }

  number(key: string): number | null {
    const value = this.value(key);
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  }

  /** Milliseconds; one too large to be told in microseconds is none, as it is when it is written. */
  ms(key: string): number | null {
    const ms = this.number(key);
    return ms !== null && Number.isFinite(ms * 1000) ? ms : null;
  }

  /** As JSON text again; null for null. */
  json(key: string): string | null {
    const value = this.value(key);
    return value === undefined || value === null ? null : wellFormedJson(JSON.stringify(value));
  }

  oneOf<Name extends string>(key: string, names: Iterable<Name>): Name | undefined {
    const value = this.value(key);
    for (const name of names) if (name === value) return name;
    return undefined;
  }

  texts(key: string): readonly string[] {
    const value = this.value(key);
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  objects(key: string): readonly object[] {
    const value = this.value(key);
    return Array.isArray(value) ? value.filter(isDictionary) : [];
  }

  links(): readonly SpanLink[] {
    return this.objects('links').map((link) => {
      const fields = new WireFields(link);
      return { traceId: fields.text('trace_id') ?? '', spanId: fields.text('span_id') ?? '' };
    });
  }

  usage(): Usage | null {
    const value = this.value('usage');
    if (!isDictionary(value)) return null;
    const fields = new WireFields(value);
    const usage: MutableUsage = {};
    for (const key of usageKeys) {
      const count = fields.number(wireUsageKeys[key]);
      if (count !== null) usage[key] = count;
    }
    return Object.freeze(usage);
  }
}
