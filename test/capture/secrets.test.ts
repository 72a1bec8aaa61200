import { describe, expect, it } from 'vitest';
import { captured, record, recordOutput } from './recording.ts';

const jwt =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEowIBAAKCAQEAuGbXWiK3dQTyCbX5xdE4\n'.repeat(8)}-----END RSA PRIVATE KEY-----`;

/** Name of the shape, what stands in its place, the secret. */
const secrets: readonly (readonly [string, string, string])[] = [
  ['OpenAI key', '[secret]', 'sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12'],
  ['Anthropic key', '[secret]', 'sk-ant-api03-Zx98Yw76Vu54Ts32Rq10Po98-Nm76AA'],
  ['AWS access key', '[secret]', 'AKIAIOSFODNN7EXAMPLE'],
  ['GitHub token', '[secret]', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
  ['fine-grained GitHub token', '[secret]', 'github_pat_11ABCDEFG0abcdefghijkl_MNOPQRSTUVWXYZ0123456789abcdef'],
  ['GitLab token', '[secret]', 'glpat-ABCdef123456ghiJKL78'],
  ['Slack token', '[secret]', 'xoxb-123456789012-abcdefABCDEF'],
  ['Google key', '[secret]', 'AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q'],
  ['Stripe key', '[secret]', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'],
  ['Hugging Face token', '[secret]', 'hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345'],
  ['JSON web token', '[secret]', jwt],
  ['private key', '[secret]', pem],
  ['e-mail address', '[email]', 'jane.doe+test@mail.example.co.uk'],
  ['international number', '[phone]', '+49 30 901820'],
  ['compact international number', '[phone]', '+14155552671'],
  ['number with brackets', '[phone]', '(415) 555-2671'],
  ['number with hyphens', '[phone]', '415-555-2671'],
  ['number with dots', '[phone]', '415.555.2671'],
  ['Visa card', '[card]', '4111 1111 1111 1111'],
  ['Mastercard', '[card]', '5555555555554444'],
  ['American Express card', '[card]', '3782-822463-10005'],
];

describe('secrets in text', () => {
  it.each(secrets)('masks a %s as %s, wherever it stands in a text [V114]', (_, mark, secret) => {
    expect(captured(secret)).toBe(mark);
    expect(captured(`before ${secret} after`)).toBe(`before ${mark} after`);
    expect(captured(`It is:\n${secret}\nBye.`)).toBe(`It is:\n${mark}\nBye.`);
    expect(captured(`(${secret})`)).toBe(`(${mark})`);
    expect(captured(`x="${secret}",`)).toBe(`x="${mark}",`);
  });

  it.each(secrets)(
    'masks a %s inside JSON that is held in a string, as deep as it is nested [V114]',
    (_, _mark, secret) => {
      const inner = JSON.stringify({ messages: [{ role: 'user', content: `line one\n${secret}\ttab` }] });
      const outer = JSON.stringify({ body: inner, n: 1 });
      for (const text of [inner, outer, JSON.stringify([outer])]) {
        const kept = JSON.stringify(recordOutput({ text }).toJSON());
        expect(kept).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(kept).not.toContain(secret);
      }
    },
  );

  it('masks what follows Bearer and Basic, in any case', () => {
    expect(captured('Authorization: Bearer abcDEF123456ghiJKL')).toBe('Authorization: [secret]');
    expect(captured('authorization: bearer abcDEF123456ghiJKL')).toBe('authorization: [secret]');
    expect(captured('Basic dXNlcjpwYXNzd29yZA== was sent')).toBe('[secret] was sent');
  });

  it.each([
    ['https://user:hunter22@example.com/path', 'https://user:[secret]@example.com/path'],
    ['postgres://app:p@ss/w@db.internal:5432/app'.replace('/w', ''), 'postgres://app:[secret]@db.internal:5432/app'],
    ['redis://:hunter22@cache:6379', 'redis://:[secret]@cache:6379'],
  ])('masks the password in the URL %s', (url, masked) => {
    expect(captured(url)).toBe(masked);
    expect(captured(`see ${url} please`)).toBe(`see ${masked} please`);
  });

  it('masks the password of a URL object', () => {
    expect(captured({ url: new URL('https://user:hunter22@example.com/') })).toEqual({
      url: 'https://user:[secret]@example.com/',
    });
  });

  it('masks several secrets in one text', () => {
    expect(captured(`a@b.com, c@d.org and sk-proj-Ab12Cd34Ef56Gh78`)).toBe('[email], [email] and [secret]');
  });
});

describe('secret keys', () => {
  it.each([
    'password',
    'Password',
    'dbPassword',
    'password2',
    'user_password',
    'passwd',
    'secret',
    'clientSecret',
    'client_secret',
    'api_key',
    'apiKey',
    'API-KEY',
    'x-api-key',
    'OPENAI_API_KEY',
    'apikey',
    'access_token',
    'accessToken',
    'refresh_token',
    'token',
    'authorization',
    'Authorization',
    'cookie',
    'set-cookie',
    'private_key',
    'privateKey',
    'credentials',
    'accessKeyId',
    'jwt',
    'cvv',
  ])('hides the value of %s at any depth and inside JSON text', (key) => {
    const value = {
      [key]: 'hunter22',
      deep: [{ [key]: { inner: 'hunter22' } }],
      text: JSON.stringify({ a: [{ [key]: 'hunter22' }] }),
    };
    const span = recordOutput(value);
    expect(span.text()).not.toContain('hunter22');
    expect(span.output).toEqual({
      [key]: '[masked]',
      deep: [{ [key]: '[masked]' }],
      text: JSON.stringify({ a: [{ [key]: '[masked]' }] }),
    });
  });

  it('hides numbers under a secret key, and shows whether there is a value at all', () => {
    expect(captured({ token: 123456, password: null, secret: true, cookie: undefined })).toEqual({
      token: '[masked]',
      password: null,
      secret: true,
    });
  });

  it('hides the value under a secret key of a Map', () => {
    const value = new Map<string, unknown>([
      ['password', 'hunter22'],
      ['user', 'jane'],
      ['note', 'sk-proj-Ab12Cd34Ef56Gh78'],
    ]);
    expect(captured(value)).toEqual({
      $clew: 'map',
      entries: [
        ['password', '[masked]'],
        ['user', 'jane'],
        ['note', '[secret]'],
      ],
    });
  });

  it('hides secret keys of JSON that was nested twice or broken off', () => {
    const inner = JSON.stringify({ arguments: JSON.stringify({ password: 'hunter22' }) });
    expect(captured(inner)).toBe(JSON.stringify({ arguments: JSON.stringify({ password: '[masked]' }) }));
    expect(captured('{"user": "jane", "password": "hunter22", "lis')).toBe(
      '{"user": "jane", "password": "[masked]", "lis',
    );
    const long = JSON.stringify({ arguments: inner, list: 'ten bytes '.repeat(2_000) });
    expect(JSON.stringify(captured(long))).not.toContain('hunter');
    expect(JSON.stringify(captured(long))).toContain('[masked]');
    expect(captured('{"password": "hunter22"}\n{"password": "hunter23"}')).not.toContain('hunter');
  });

  it('masks a key that is itself an address', () => {
    expect(captured({ 'jane@example.com': 3 })).toEqual({ '[email]': 3 });
    expect(captured({ orders: [{ '+14155552671': 1n }] })).toMatchObject({
      orders: [{ '[phone]': { $clew: 'bigint' } }],
    });
  });

  it('masks what hides in names, descriptions and messages of what is no data', () => {
    const secret = 'sk-proj-Ab12Cd34Ef56Gh78';
    const text = recordOutput({
      symbol: Symbol(secret),
      call: Object.defineProperty(() => 1, 'name', { value: secret }),
      match: new RegExp(secret),
      error: new Error(`bad key ${secret}`, { cause: { detail: secret } }),
      get broken(): never {
        throw new Error(secret);
      },
    }).text();
    expect(text).not.toContain(secret);
  });

  it('leaves no secret that was planted in any part of a trace', () => {
    const secret = 'sk-proj-Ab12Cd34Ef56Gh78';
    const { trace } = record((tracer) => {
      const root = tracer.trace(`name ${secret}`, {
        input: secret,
        metadata: { deep: [secret] },
        tags: [secret, `tag ${secret}`],
        modelParameters: { stop: secret },
        session: { id: 's1', name: `session ${secret}` },
      });
      root.event(`event ${secret}`, { secret });
      root.update({ metadata: { more: secret } });
      const child = root.generation(`child ${secret}`, { toolCalls: [{ arguments: secret }] });
      child.update({ statusMessage: `status ${secret}` });
      child.fail(Object.assign(new Error(secret, { cause: secret }), { name: `Error ${secret}` }));
      void root.end({ output: [secret], error: `failed: ${secret}` });
    });
    expect(trace.text()).not.toContain(secret);
    expect(trace.asTree()).not.toContain(secret);
  });
});
