import { HttpTraceExporter, init, traced, type Tracer } from 'clew';

/** What wrangler gives a request: the secrets and variables of wrangler.json. */
interface Settings {
  readonly CLEW_BASE_URL: string;
  readonly CLEW_TOKEN: string;
}

/** What keeps a Worker alive for work that the answer need not wait for. */
interface Platform {
  waitUntil(work: Promise<unknown>): void;
}

const answer = traced({ name: 'answer', kind: 'agent' }, async (question: string) => `You asked: ${question}`);

let clew: Tracer | undefined;

/** Once for each isolate, when the first request brings the settings. */
function start({ CLEW_BASE_URL, CLEW_TOKEN }: Settings): Tracer {
  const exporter = new HttpTraceExporter({ baseUrl: CLEW_BASE_URL, token: CLEW_TOKEN });
  return init({ name: 'worker', exporter });
}

const worker = {
  async fetch(request: Request, settings: Settings, platform: Platform): Promise<Response> {
    clew ??= start(settings);
    try {
      const question = new URL(request.url).searchParams.get('question') ?? 'nothing';
      return Response.json({ answer: await answer(question) });
    } finally {
      // What a request has recorded is sent with the request: nothing of it may wait for the next one.
      platform.waitUntil(clew.flush({ timeoutMs: 5_000 }));
    }
  },
};

export { worker as default };
