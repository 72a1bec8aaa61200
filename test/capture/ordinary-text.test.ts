import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { captured, record, recordOutput } from './recording.ts';

describe('ordinary text is left as it is', () => {
  it.each([
    ['an order number', 'Order 1234567890 and order no. 112-4567890-1234567'],
    ['a short order number', 'order 4711-0815'],
    ['seconds since 1970', '1763632800'],
    ['milliseconds since 1970', 'at 1763632800123'],
    ['microseconds since 1970', '1763632800123456'],
    ['a compact date and time', '20261120100000'],
    ['sixteen digits that fail the check digit', '4111111111111112'],
    ['sixteen digits of no issuer', '9111111111111111'],
    ['thirty digits', '411111111111111111111111111111'],
    ['a date', 'on 2026-11-20, 20.11.2026, 11/20/2026 and 20-11-2026'],
    ['a date and time', '2026-11-20T10:00:00.123456+01:00 and 2026-11-20 10:00:00 +0100 2026-11-21'],
    ['IPv4 addresses', '192.168.100.200 10.0.0.1:8080 172.16.254.100'],
    ['IPv6 addresses', '2001:0db8:85a3:0000:0000:8a2e:0370:7334'],
    ['versions', 'v1.2.3, 22.12.0, 124.0.6367.118 and 1.0.0-rc.1+build.5'],
    ['package versions', 'react@18.2.0 lodash@4.17.21 @scope/pkg@1.0.0 typescript@5.9.0-beta.2'],
    ['prices', '€ 1.234.567,89; $1,234,567.89; 123 456 789 VND; 12.345.678; +10 %; 1 234 567'],
    ['a git hash', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['a trace id', '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7'],
    ['model names', 'gpt-4.1-mini-2025-04-14 claude-sonnet-4-5-20250929 text-embedding-3-large gemini-2.0-flash-001'],
    ['a sentence', 'The task-management risk-assessment took 12 of 345 steps (see section 6.7.8 on page 91011).'],
    ['Basic and Bearer as words', 'Basic responsibilities of 2 teams; Bearer of characteristically 3 rings'],
    ['a path', '/usr/lib/node_modules/sk-learn/index.js:1234:56'],
    ['a URL', 'https://example.com:8080/a/b?page=12&size=34#top'],
    ['a ratio and a score', '0.123456789012345 and 3.14159265358979'],
    ['coordinates', '52.520008, 13.404954'],
    ['a handle', 'ask @jane or team@work'],
    ['JSON with spaces', '{ "a": 1,  "list": [1, 2,3] }'],
    ['code', 'const user = { key: "value", primaryKey: 1 }; // 100 % [ok]'],
  ])('%s', (_, text) => {
    expect(captured(text)).toBe(text);
    expect(captured({ text, forced: 1n })).toMatchObject({ text });
  });

  it('random identifiers', () => {
    for (let round = 0; round < 500; round += 1) {
      const id = randomUUID();
      expect(captured(id)).toBe(id);
    }
  });

  it('keys that only sound like secrets', () => {
    const value = {
      tokens: 5,
      inputTokens: 1,
      output_tokens: 2,
      max_tokens: 100,
      maxTokens: 1,
      token_count: 3,
      totalTokens: 3,
      time_to_first_token: 120,
      cost_per_token: 0.5,
      next_page_token: 'abc',
      pageToken: 'p',
      stop_token: 'END',
      key: 'a',
      primaryKey: 1,
      cache_key: 'c',
      keyboard: 'de',
      monkey: 'm',
      author: 'x',
      secretary: 'y',
      tokenizer: 't',
    };
    expect(captured(value)).toEqual(value);
  });

  it('token counts in JSON text', () => {
    const text = JSON.stringify({ usage: { prompt_tokens: 12, completion_tokens: 30, total_tokens: 42 } });
    expect(captured({ text })).toEqual({ text });
  });

  it('ids, model and provider are not masked, whatever they look like [C16]', () => {
    const odd = '4111111111111111';
    const { trace, span } = record((tracer) => {
      const root = tracer.trace('t', {
        userId: 'jane@example.com',
        sessionId: '+14155552671',
        runId: odd,
        type: 'generation',
      });
      void root.end({
        model: 'sk-model-0123456789abcdef',
        provider: 'me@provider.com',
        responseId: odd,
        usage: { total_tokens: 4111111111111111 },
      });
    });
    expect(trace).toMatchObject({ userId: 'jane@example.com', sessionId: '+14155552671', runId: odd });
    expect(span).toMatchObject({ model: 'sk-model-0123456789abcdef', provider: 'me@provider.com', responseId: odd });
    expect(span.usage).toEqual({ totalTokens: 4111111111111111 });
  });

  it('numbers that are no text', () => {
    const value = { card: 4111111111111111, phone: 14155552671, at: 1763632800123 };
    expect(recordOutput(value).output).toEqual(value);
  });
});
