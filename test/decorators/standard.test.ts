import { describe, expect, it } from 'vitest';
import { generation, span, trace, traced } from 'clew';
import { Recording } from '../call/recording.ts';

class Agent {
  static readonly version = 3;
  readonly name = 'Ada';
  #mood = 'calm';

  @trace('handle')
  async handle(ticket: string) {
    return this.answer(await this.search(ticket));
  }

  @span({ kind: 'tool' })
  async search(query: string) {
    return [query, this.name];
  }

  @generation({ model: 'gpt-4.1-mini' })
  answer(docs: string[]) {
    return this.#format(docs);
  }

  @span
  #format(docs: string[]) {
    return docs.join('+');
  }

  @span
  static describe() {
    return `version ${this.version} ${this.#secret()}`;
  }

  @span()
  static #secret() {
    return 'hidden';
  }

  @span
  get mood() {
    return this.#mood;
  }

  @span
  set mood(next: string) {
    this.#mood = next;
  }

  @span
  accessor energy = 5;

  @span
  shout = (text: string) => `${text.toUpperCase()} ${this.name}`;

  @span
  static whisper = (text: string) => text.toLowerCase();

  @span
  notAFunction = 42;

  @span
  async *stream(count: number) {
    for (let index = 0; index < count; index += 1) yield `${this.name}${index}`;
  }

  @traced
  ['computed name']() {
    return 'computed';
  }

  @traced
  [Symbol.toPrimitive]() {
    return 7;
  }
}

describe('standard decorators', () => {
  it('trace methods, private ones too, with their `this` [L4]', async () => {
    const recording = new Recording();
    expect(await recording.run(() => new Agent().handle('parcel'))).toBe('parcel+Ada');
    expect(recording.trees).toBe('handle\n  search\n  answer\n    #format');
    expect(recording.span('search')).toMatchObject({ kind: 'tool', input: { query: 'parcel' } });
    expect(recording.span('answer')).toMatchObject({ type: 'generation', model: 'gpt-4.1-mini' });
  });

  it('trace static methods, private ones too', () => {
    const recording = new Recording();
    expect(recording.run(() => Agent.describe())).toBe('version 3 hidden');
    expect(recording.trees).toBe('describe\n  #secret');
  });

  it('trace getters and setters', () => {
    const recording = new Recording();
    recording.run(() => {
      const agent = new Agent();
      agent.mood = 'cheerful';
      expect(agent.mood).toBe('cheerful');
    });
    expect(recording.trees).toBe('mood\nmood');
    expect(recording.exporter.spans.map(({ input }) => input)).toEqual([{ next: 'cheerful' }, {}]);
  });

  it('trace accessors', () => {
    const recording = new Recording();
    recording.run(() => {
      const agent = new Agent();
      expect(agent.energy).toBe(5);
      agent.energy = 4;
      expect([agent.energy, new Agent().energy]).toEqual([4, 5]);
    });
    expect(recording.trees).toBe('energy\nenergy\nenergy\nenergy');
  });

  it('trace function-valued fields, and leave others as they are', () => {
    const recording = new Recording();
    recording.run(() => {
      const agent = new Agent();
      expect(agent.shout('hello')).toBe('HELLO Ada');
      expect(Agent.whisper('HELLO')).toBe('hello');
      expect(agent.notAFunction).toBe(42);
    });
    expect(recording.trees).toBe('shout\nwhisper');
  });

  it('trace generators, with their `this`', async () => {
    const recording = new Recording();
    const parts: string[] = [];
    await recording.run(async () => {
      for await (const part of new Agent().stream(2)) parts.push(part);
    });
    expect(parts).toEqual(['Ada0', 'Ada1']);
    expect(recording.trees).toBe('stream');
  });

  it('trace computed names and symbols', () => {
    const recording = new Recording();
    recording.run(() => {
      const agent = new Agent();
      expect(agent['computed name']()).toBe('computed');
      expect(Number(agent)).toBe(7);
    });
    expect(recording.trees).toBe('computed name\nSymbol(Symbol.toPrimitive)');
  });

  it('keep name, length and place of a method', () => {
    const { search } = Agent.prototype;
    expect([search.name, search.length]).toEqual(['search', 1]);
    expect(Object.getOwnPropertyDescriptor(Agent.prototype, 'search')).toMatchObject({
      writable: true,
      enumerable: false,
      configurable: true,
    });
    expect(Object.getOwnPropertyDescriptor(Agent.prototype, 'mood')?.get?.name).toBe('get mood');
    expect((): unknown => Reflect.construct(search, [])).toThrow(TypeError);
  });

  it('work through super and in a subclass', () => {
    class Base {
      @span
      greet() {
        return 'hello';
      }
    }
    class Derived extends Base {
      @span('louder')
      override greet() {
        return `${super.greet()}!`;
      }
    }
    const recording = new Recording();
    expect(recording.run(() => new Derived().greet())).toBe('hello!');
    expect(recording.trees).toBe('louder\n  greet');
  });

  it('leave a class what it is', () => {
    const context = { kind: 'class', name: 'Agent', metadata: {}, addInitializer: () => undefined };
    for (const decorate of [trace, span, generation, traced]) {
      expect(Reflect.apply(decorate, undefined, [Agent, context])).toBe(Agent);
      expect(Reflect.apply(decorate({ name: 'x' }), undefined, [Agent, context])).toBe(Agent);
    }
  });
});
