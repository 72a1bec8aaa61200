import type { TraceExporter } from 'clew';
import type { CallPaint } from 'clew/voice';

/** Prints each turn when it is over, while the call goes on: an exporter needs no more than this. */
export function liveTurns(out: { write(text: string): unknown }, paint: CallPaint): TraceExporter {
  const told = new Map<string, string>();
  return {
    export: () => {},
    // A turn is told again when more is known of it, such as its transcript.
    exportSpan: ({ spanId, voice }) => {
      if (voice === null || !('role' in voice) || voice.transcript === null) return;
      if (told.get(spanId) === voice.transcript) return;
      told.set(spanId, voice.transcript);
      const wait = voice.ttfaMs === null ? '' : paint.detail(`  after ${Math.round(voice.ttfaMs)} ms`);
      const words = voice.role === 'agent' ? paint.agent(voice.transcript) : paint.user(voice.transcript);
      out.write(`${voice.role.padEnd(5)}  ${words}${wait}\n`);
    },
  };
}
