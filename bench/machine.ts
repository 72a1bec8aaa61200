import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

function dependenciesOf(folder: string): [string, string][] {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, folder, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest)) return [];
  return Object.entries(manifest.dependencies ?? {}).map(([name, version]) => [name, String(version)]);
}

/** What a reader must know before comparing two tables. */
export function describeMachine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const day = new Date().toISOString().slice(0, 10);
  return `Node ${process.versions.node} on ${model}, ${processors.length} cores, ${process.platform} ${process.arch}, ${day}`;
}

/** The manifests pin exact versions, so they name what runs. */
export function describePeers(): string {
  const shown = /sdk-trace|langfuse|langsmith|sonic-boom/;
  return [...dependenciesOf('.'), ...dependenciesOf('peers/otel-3')]
    .filter(([name]) => shown.test(name))
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
