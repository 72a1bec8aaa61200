import { Body, Controller, Get, HttpCode, Injectable, Module, Param, Post, Query } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import 'reflect-metadata';
import { createTracer, InMemoryTraceExporter, redact, span, trace, withTracer } from 'clew';

const exporter = new InMemoryTraceExporter();
const tracer = createTracer({ exporter });

@Injectable()
class Search {
  @span({ kind: 'tool' })
  async find(query: string): Promise<string[]> {
    return [query.toUpperCase()];
  }
}

@Controller('tickets')
class TicketController {
  constructor(readonly search: Search) {}

  @trace('above')
  @Get('above/:id')
  async above(@Param('id') id: string, @Query('limit') limit: string): Promise<object> {
    return { id, limit, found: await this.search.find(id) };
  }

  @Get('below/:id')
  @trace('below')
  async below(@Param('id') id: string): Promise<object> {
    return { id, found: await this.search.find(id) };
  }

  @trace({ name: 'create' })
  @Post()
  @HttpCode(202)
  create(@Body() body: { title: string }, @redact() @Query('key') key: string): object {
    return { title: body.title, length: key.length };
  }

  @Get('plain/:id')
  plain(@Param('id') id: string): object {
    return { id };
  }

  @Get('fail')
  @trace
  fail(): never {
    throw new RangeError('kaboom');
  }
}

@Module({ controllers: [TicketController], providers: [Search] })
class AppModule {}

let app: INestApplication;
let url: string;

beforeAll(async () => {
  app = await NestFactory.create(AppModule, { logger: false });
  // Requests run in the context in which the server listens.
  await withTracer(tracer, () => app.listen(0, '127.0.0.1'));
  url = `${await app.getUrl()}/tickets`;
});

afterAll(() => app.close());
beforeEach(() => exporter.clear());

function trees(): string {
  return exporter.traces.map((record) => record.asTree().replaceAll(/ {2}\[\d+ms\]/g, '')).join('\n');
}

describe('a Nest controller whose handler is traced', () => {
  it.each(['above', 'below'])('routes with @trace %s @Get, and its services nest', async (place) => {
    const response = await fetch(`${url}/${place}/t1?limit=3`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: 't1', found: ['T1'] });
    expect(trees()).toBe(`${place}\n  find`);
  });

  it('keeps parameters and status codes, and hides what @redact() names', async () => {
    const response = await fetch(`${url}?key=1234`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"title":"parcel"}',
    });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ title: 'parcel', length: 4 });
    expect(trees()).toBe('create');
    expect(exporter.traces[0]?.input).toEqual({ body: { title: 'parcel' }, key: { $clew: 'redacted' } });
  });

  it('answers an error as ever', async () => {
    const response = await fetch(`${url}/fail`);
    expect(response.status).toBe(500);
    expect(trees()).toBe('fail  ERROR: kaboom');
  });

  it('leaves an untraced handler alone', async () => {
    expect(await (await fetch(`${url}/plain/t1`)).json()).toEqual({ id: 't1' });
    expect(trees()).toBe('');
  });

  it('gives parallel requests a trace each', async () => {
    await Promise.all(['a', 'b', 'c'].map((id) => fetch(`${url}/above/${id}`)));
    expect(trees()).toBe('above\n  find\nabove\n  find\nabove\n  find');
    expect(new Set(exporter.traces.map(({ input }) => JSON.stringify(input))).size).toBe(3);
  });
});
