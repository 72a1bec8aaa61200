/** A program that traces one call and prints what came of it, whatever way it loads clew. */
export function sample(load: string): string {
  return `${load}
const exporter = new InMemoryTraceExporter();
const clew = init({ exporter });
const lookup = traced({ name: 'lookup', kind: 'tool' }, async (id) => ({ id, parent: currentSpan()?.name }));
clew
  .trace('handle', () => lookup('42'))
  .then((output) => console.log(JSON.stringify({ output, spans: exporter.spans.map((span) => span.name).toSorted() })));
`;
}

const names = 'init, traced, currentSpan, InMemoryTraceExporter';

export const imported = sample(`import { ${names} } from 'clew';`);
export const required = sample(`const { ${names} } = require('clew');`);

/** What the program prints. */
export const printed = '{"output":{"id":"42","parent":"lookup"},"spans":["handle","lookup"]}\n';

/** A program that is done before anything could be loaded later, and prints what its first generation cost. */
function pricedSample(load: string): string {
  return `${load}
const exporter = new InMemoryTraceExporter();
init({ exporter });
traced({ name: 'ask', type: 'generation', model: 'gpt-4.1-mini' }, () => ({ usage: { prompt_tokens: 1000, completion_tokens: 20 } }))();
console.log(exporter.spans[0].costUsd.toFixed(6));
`;
}

export const importedPriced = pricedSample(`import { ${names} } from 'clew';`);
export const requiredPriced = pricedSample(`const { ${names} } = require('clew');`);
export const printedPrice = '0.000432\n';
