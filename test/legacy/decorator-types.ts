/** What must and must not compile under `experimentalDecorators`. Nothing here runs: `npm run check` type-checks it. */
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

  @generation({ model: 'gpt-4.1-mini' })
  async *answer(): AsyncGenerator<string> {
    yield 'a';
  }

  @traced('overloaded')
  generic<Value>(value: Value): Value {
    return value;
  }

  @span({ redact: ['key'] })
  static fixed(key: string): number {
    return key.length;
  }

  @span
  get mood(): string {
    return 'calm';
  }

  set mood(_next: string) {}

  @span('field')
  field = (x: number): number => x;

  @span
  hide(@redact() key: string, other: number): number {
    return key.length + other;
  }

  // @ts-expect-error -- no such kind
  @span({ kind: 'toool' })
  wrongKind(): void {}

  // @ts-expect-error -- no such option
  @trace({ sesion: 's' })
  wrongOption(): void {}

  // @ts-expect-error -- a span is no parameter
  wrongPlace(@span _key: string): void {}

  // @ts-expect-error -- redact is for parameters
  @redact()
  wrongRedact(): void {}
}

const agent = new Agent();
const answered: Promise<string> = agent.handle('a');
const kept: 'a' = agent.generic('a');
void [answered, kept];

// @ts-expect-error -- not on a class
@span
export class BareOnClass {}

// @ts-expect-error -- not on a class
@trace({ name: 'whole' })
export class OptionsOnClass {}
