import { describe, expect, it } from 'vitest';
import 'reflect-metadata';
import { generation, redact, span, trace, traced } from 'clew';
import { Recording } from '../call/recording.ts';

const hidden = { $clew: 'redacted' };

/** A decorator of another library, that writes down what it is put on. */
function Route(path: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    const method: unknown = descriptor.value;
    if (typeof method === 'function') Reflect.defineMetadata('route', path, method);
  };
}

class Agent {
  readonly name = 'Ada';
  private inner = 'calm';

  @trace('handle')
  async handle(ticket: string): Promise<string> {
    return this.answer(await this.search(ticket));
  }

  @span({ kind: 'tool' })
  async search(query: string): Promise<string[]> {
    return [query, this.name];
  }

  @generation({ model: 'gpt-4.1-mini' })
  answer(docs: string[]): string {
    return docs.join('+');
  }

  @span
  static describe(kind: string): string {
    return `${kind} ${this.name}`;
  }

  @span
  get mood(): string {
    return this.inner;
  }

  set mood(next: string) {
    this.inner = next;
  }

  @span
  *count(last: number): Generator<number> {
    for (let value = 1; value <= last; value += 1) yield value;
  }

  @span({ redact: ['key'] })
  open(key: string, door: string): string {
    return `${key.length} ${door}`;
  }

  @span
  unlock(door: string, @redact() key: string): string {
    return `${door} ${key.length}`;
  }

  @span
  login(@redact() person: { user: string }): string {
    return person.user;
  }

  @span
  @Route('/below')
  below(): string {
    return 'below';
  }

  @Route('/above')
  @span
  above(): string {
    return 'above';
  }

  @span
  7(): string {
    return 'seven';
  }

  @traced()
  @span('inner')
  stacked(first: number): number {
    return first;
  }
}

describe('legacy decorators', () => {
  it('trace methods with their `this` [L4]', async () => {
    const recording = new Recording();
    expect(await recording.run(() => new Agent().handle('parcel'))).toBe('parcel+Ada');
    expect(recording.trees).toBe('handle\n  search\n  answer');
    expect(recording.span('search')).toMatchObject({ kind: 'tool', input: { query: 'parcel' } });
    expect(recording.span('answer')).toMatchObject({ type: 'generation', model: 'gpt-4.1-mini' });
  });

  it('trace static methods, getters, setters and generators', () => {
    const recording = new Recording();
    recording.run(() => {
      const agent = new Agent();
      agent.mood = 'cheerful';
      expect([agent.mood, Agent.describe('the'), [...agent.count(2)]]).toEqual(['cheerful', 'the Agent', [1, 2]]);
    });
    expect(recording.trees).toBe('mood\nmood\ndescribe\ncount');
  });

  it('trace a method whose name is a number', () => {
    const recording = new Recording();
    expect(recording.run(() => new Agent()[7]())).toBe('seven');
    expect(recording.trees).toBe('7');
  });

  it('stack', () => {
    const recording = new Recording();
    expect(recording.run(() => new Agent().stacked(4))).toBe(4);
    expect(recording.trees).toBe('stacked\n  inner');
    expect(recording.span('stacked').input).toEqual({ first: 4 });
  });

  it('keep name, length, place and the types that TypeScript wrote down', () => {
    const descriptor = Object.getOwnPropertyDescriptor(Agent.prototype, 'search');
    expect(descriptor).toMatchObject({ writable: true, enumerable: false, configurable: true });
    expect([Agent.prototype.search.name, Agent.prototype.search.length]).toEqual(['search', 1]);
    expect(Reflect.getMetadata('design:paramtypes', Agent.prototype, 'search')).toEqual([String]);
    expect(Reflect.getMetadata('design:returntype', Agent.prototype, 'search')).toBe(Promise);
  });

  it('copy Reflect metadata, whether it was written before or after', () => {
    expect(Reflect.getMetadata('route', Agent.prototype.below)).toBe('/below');
    expect(Reflect.getMetadata('route', Agent.prototype.above)).toBe('/above');
  });

  it('keep arguments out of the record by the redact option and by @redact()', () => {
    const recording = new Recording();
    const agent = new Agent();
    const results = recording.run(() => [
      agent.open('1234', 'north'),
      agent.unlock('north', '1234'),
      agent.login({ user: 'Ada' }),
    ]);
    expect(results).toEqual(['4 north', 'north 4', 'Ada']);
    expect(recording.span('open').input).toEqual({ key: hidden, door: 'north' });
    expect(recording.span('unlock').input).toEqual({ door: 'north', key: hidden });
    expect(recording.span('login').input).toEqual({ person: hidden });
  });

  it('leave a class what it is', () => {
    for (const decorator of [trace, span, generation, traced]) {
      expect(Reflect.apply(decorator, undefined, [Agent])).toBe(Agent);
      expect(Reflect.apply(decorator(), undefined, [Agent])).toBe(Agent);
    }
    expect(new Agent().answer(['a'])).toBe('a');
  });
});
