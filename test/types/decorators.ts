/** What must and must not compile under the standard protocol. Nothing here runs: `npm run check` type-checks it. */
import { generation, redact, span, trace, traced } from 'clew';

export class Agent {
  @trace
  async handle(ticket: string): Promise<string> {
    return ticket;
  }

  @span()
  search(query: string): string[] {
    return [query];
  }

  @generation({ model: 'gpt-4.1-mini', provider: 'openai', modelParameters: { temperature: 0 } })
  async *answer(): AsyncGenerator<string> {
    yield 'a';
  }

  read(value: string): string;
  read(value: number): number;
  @traced('overloaded')
  read(value: string | number): string | number {
    return value;
  }

  @span
  generic<Value>(value: Value): Value {
    return value;
  }

  @span({ redact: ['key'], params: ['key'], includeInput: true, includeOutput: false })
  #hidden(key: string): string {
    return key;
  }

  @span
  static fixed(): number {
    return 1;
  }

  @span('mood')
  get mood(): string {
    return this.#hidden('calm');
  }

  @span('mood')
  set mood(_next: string) {}

  @trace
  accessor energy = 5;

  @span
  field = (x: number): number => x;

  @span({ kind: 'tool' })
  static field = (x: number): number => x;

  @traced()
  other = async (): Promise<void> => {};

  // @ts-expect-error -- no such kind
  @span({ kind: 'toool' })
  wrongKind(): void {}

  // @ts-expect-error -- no such option
  @trace({ sesion: 's' })
  wrongOption(): void {}

  // @ts-expect-error -- a name is text
  @span(3)
  wrongName(): void {}
}

// The types of members are untouched.
const agent = new Agent();
const answered: Promise<string> = agent.handle('a');
const kept: 'a' = agent.generic('a');
const energy: number = agent.energy;
void [answered, kept, energy, agent.read('a').length, agent.read(1).toFixed()];
// @ts-expect-error -- a number is no query
agent.search(1);

// A class has no call to trace.
// @ts-expect-error -- not on a class
@span
export class BareOnClass {}

// @ts-expect-error -- not on a class
@trace({ name: 'whole' })
export class OptionsOnClass {}

export class Parameters {
  // @ts-expect-error -- standard decorators have no parameter decorators: `redact: ['key']` does it
  @redact()
  hide(_key: string): void {}
}
