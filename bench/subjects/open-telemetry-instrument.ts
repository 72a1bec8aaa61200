import type { Span, Tracer } from '@opentelemetry/api';
import type { Instrument, Step } from '../workload.ts';
import { sessionId, userId } from '../workload.ts';

function startAttributes(step: Step<never, never>): Record<string, string> {
  const attributes: Record<string, string> = { 'clew.kind': step.kind };
  if (step.kind === 'agent') {
    attributes['session.id'] = sessionId;
    attributes['user.id'] = userId;
  }
  if (step.model !== undefined) attributes['gen_ai.request.model'] = step.model;
  if (step.provider !== undefined) attributes['gen_ai.provider.name'] = step.provider;
  return attributes;
}

function recordAnswer<A extends unknown[], R>(span: Span, step: Step<A, R>, output: R): void {
  span.setAttribute('output.value', JSON.stringify(output));
  if (step.usage === undefined) return;
  const usage = step.usage(output);
  span.setAttribute('gen_ai.usage.input_tokens', usage.inputTokens);
  span.setAttribute('gen_ai.usage.output_tokens', usage.outputTokens);
  if (step.responseId !== undefined) span.setAttribute('gen_ai.response.id', step.responseId(output));
}

/**
 * What a careful user writes by hand to record with OpenTelemetry what clew records. The two majors of the SDK share it;
 * only types are imported, as each major brings an API package of its own. 2 is `SpanStatusCode.ERROR` in both.
 */
export function openTelemetryInstrument(tracer: Tracer): Instrument {
  return (step, fn) => {
    const options = { attributes: startAttributes(step) };
    return (...args) =>
      tracer.startActiveSpan(step.name, options, async (span) => {
        try {
          span.setAttribute('input.value', JSON.stringify(step.input(...args)));
          const output = await fn(...args);
          recordAnswer(span, step, output);
          return output;
        } catch (error) {
          const exception = error instanceof Error ? error : String(error);
          span.recordException(exception);
          span.setStatus({ code: 2, message: String(error) });
          throw error;
        } finally {
          span.end();
        }
      });
  };
}
