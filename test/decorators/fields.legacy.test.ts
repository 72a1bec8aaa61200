import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { IsInt, IsString, validate } from 'class-validator';
import 'reflect-metadata';
import { span } from 'clew';
import { runChild } from '../call/child.ts';
import { Recording } from '../call/recording.ts';

const fields = `
  import { createTracer, InMemoryTraceExporter, span, withTracer } from 'clew';
  class Agent {
    readonly name = 'Ada';
    @span shout = (text: string) => text.toUpperCase() + this.name;
    @span('counter') static count = () => 3;
    @span limit = 5;
    @span ['odd (name'] = () => 'odd';
  }
  const exporter = new InMemoryTraceExporter();
  const agent = withTracer(createTracer({ exporter }), () => {
    const agent = new Agent();
    const other = new Agent();
    console.log(agent.shout('a'), other.shout('b'), Agent.count(), agent.limit, agent['odd (name']());
    return agent;
  });
  console.log(Object.keys(agent).join(), Object.hasOwn(Agent.prototype, 'shout') && 'shout' in agent);
  console.log(exporter.spans.map((span) => span.name).join());
`;

async function runFields(useDefineForClassFields: boolean): ReturnType<typeof runChild> {
  const compilerOptions = { experimentalDecorators: true, useDefineForClassFields };
  const { code } = await transform(fields, { loader: 'ts', target: 'es2022', tsconfigRaw: { compilerOptions } });
  return runChild(code);
}

describe('a legacy field that holds a function', () => {
  it('is traced where it is assigned', async () => {
    const { stdout, stderr } = await runFields(false);
    expect(stderr).toBe('');
    expect(stdout).toBe('AAda BAda 3 5 odd\nname,shout,limit,odd (name true\nshout,shout,counter,odd (name\n');
  });

  it('works untraced where it is defined, and the report names traced()', async () => {
    const { stdout, stderr } = await runFields(true);
    expect(stdout.split('\n').slice(0, 1)).toEqual(['AAda BAda 3 5 odd']);
    expect(stdout).toContain('name,shout,limit');
    expect(stderr).toContain(`shout = traced('shout', …)`);
    expect(stderr).toContain('useDefineForClassFields');
  });
});

describe('a property that is decorated by a call, without syntax', () => {
  it('is traced where the constructor assigns it, and stays an own property that can be set', () => {
    class Agent {
      declare shout: (text: string) => string;
      constructor() {
        this.shout = (text) => text.toUpperCase();
      }
    }
    span(Agent.prototype, 'shout');
    const recording = new Recording();
    const agent = recording.run(() => new Agent());
    expect(recording.run(() => agent.shout('a'))).toBe('A');
    expect(recording.ended).toEqual(['shout']);
    expect(Object.keys(agent)).toEqual(['shout']);
    agent.shout = (text) => text;
    expect(agent.shout('a')).toBe('a');
  });

  it('is traced where it is static and there already', () => {
    class Agent {
      static shout = (text: string): string => text.toUpperCase();
    }
    span(Agent, 'shout');
    const recording = new Recording();
    expect(recording.run(() => Agent.shout('a'))).toBe('A');
    expect(recording.ended).toEqual(['shout']);
  });
});

/** As TypeORM's decorators do: it writes down the column under the class and leaves the property alone. */
function Column(type: string): PropertyDecorator {
  return (target, key) => {
    const columns: Record<string, string> = Reflect.getMetadata('columns', target) ?? {};
    Reflect.defineMetadata('columns', { ...columns, [String(key)]: type }, target);
  };
}

class Ticket {
  @IsString()
  @Column('text')
  title: unknown = 'parcel';

  @Column('int')
  @IsInt()
  priority: unknown = 1;

  @span
  summary(): string {
    return `${String(this.title)} ${String(this.priority)}`;
  }

  @span
  get label(): string {
    return `#${this.summary()}`;
  }
}

describe('property decorators of other libraries beside ours', () => {
  it('class-validator finds its rules', async () => {
    const recording = new Recording();
    const wrong = Object.assign(new Ticket(), { title: 7, priority: 'high' });
    await recording.run(async () => {
      expect(await validate(new Ticket())).toEqual([]);
      const failed = await validate(wrong);
      expect(new Set(failed.map(({ property }) => property))).toEqual(new Set(['title', 'priority']));
    });
    expect(recording.trees).toBe('');
  });

  it('a TypeORM-like decorator finds its columns, and ours its methods', () => {
    const recording = new Recording();
    expect(Reflect.getMetadata('columns', Ticket.prototype)).toEqual({ title: 'text', priority: 'int' });
    expect(recording.run(() => new Ticket().label)).toBe('#parcel 1');
    expect(recording.trees).toBe('label\n  summary');
    expect(Object.keys(new Ticket())).toEqual(['title', 'priority']);
  });
});
