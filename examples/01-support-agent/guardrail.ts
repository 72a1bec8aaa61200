import { getTracer } from 'clew';

const RUDE = new Set(['garbage', 'idiots', 'stupid', 'useless']);

/** Leaves an event on the running span: a point in time with what was found, and a level that shows it. */
export function checkToxicity(text: string): void {
  const words = (text.toLowerCase().match(/\p{L}+/gu) ?? []).filter((word) => RUDE.has(word));
  const toxic = words.length > 0;
  getTracer().event('guardrail:toxicity', { toxic, words }, toxic ? 'WARNING' : 'DEFAULT');
}
