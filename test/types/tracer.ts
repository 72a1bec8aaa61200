/** What must and must not compile. Nothing here runs: `npm run check` type-checks it. */
import {
  createTracer,
  type getTracer,
  type init,
  withTracer,
  type EndResult,
  type Span,
  type Trace,
  type TraceExporter,
  type Tracer,
} from 'clew';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
function check<_Proof extends true>(): void {}

const tracer: Tracer = createTracer({ mode: 'memory', sampleRate: 0.1 });
check<Same<ReturnType<typeof init>, Tracer>>();
check<Same<ReturnType<typeof getTracer>, Tracer>>();

// Without a body there is a handle; with one there is what the body gives.
const handle = tracer.trace('manual');
check<Same<typeof handle, Trace>>();
const withOptions = tracer.trace('manual', { userId: 'u1', tags: ['a'] });
check<Same<typeof withOptions, Trace>>();
const sync = tracer.trace('sync', (trace) => trace.traceId.length);
check<Same<typeof sync, number>>();
const later = tracer.trace('async', { session: { id: 's', name: 'n' } }, async (trace) => trace.tags);
check<Same<typeof later, Promise<readonly string[]>>>();
const span = handle.span('inner');
check<Same<typeof span, Span>>();
const inner = span.generation('ask', { model: 'm' }, () => 'answer');
check<Same<typeof inner, string>>();
const run = span.run(async () => 1);
check<Same<typeof run, Promise<number>>>();
const scoped = withTracer(tracer, () => ({ value: 1 }));
check<Same<typeof scoped, { value: number }>>();
const stream = tracer.span('stream', async function* (): AsyncGenerator<number> {
  yield 1;
});
check<Same<typeof stream, AsyncGenerator<number>>>();

// A handle ends with `using`; a trace's end tells how it went.
{
  using lookup = handle.span('lookup');
  lookup.update({ metadata: { a: 1 } });
}
const ended = handle.end({ output: 'done' });
check<Same<typeof ended, Promise<EndResult>>>();
void ended.then((result) => (result.ok ? result.exported : result.error));
// @ts-expect-error -- whether it failed must be asked first
void ended.then((result) => void result.error);

// An exporter needs no base class.
class OwnExporter {
  export(): void {}
}
const own: TraceExporter = new OwnExporter();
createTracer({ exporter: own });

// Usage in any known shape.
span.end({ usage: { input_tokens: 50, output_tokens: 12 } });
span.end({ usage: { prompt_tokens: 50, completion_tokens: 12 } });

// @ts-expect-error -- a name is required
tracer.trace();
// @ts-expect-error -- no such mode
createTracer({ mode: 'memroy' });
// @ts-expect-error -- no such option
createTracer({ exporterr: own });
// @ts-expect-error -- a string is no exporter
createTracer({ exporter: 'memory' });
// @ts-expect-error -- no such level
tracer.event('seen', {}, 'FATAL');
// @ts-expect-error -- no such kind
tracer.span('inner', { kind: 'toool' });
// @ts-expect-error -- tags are a list
tracer.trace('manual', { tags: 'a' });
// @ts-expect-error -- a handle's fields are read only
span.name = 'other';
