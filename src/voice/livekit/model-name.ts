import { providerName } from '../../pricing/provider-name.ts';
import { textIn, valueIn, type LiveKitSession } from './livekit-session.ts';

/** The kinds of models that a call has, by LiveKit's names for them. */
export type ModelKind = 'stt' | 'llm' | 'tts';

/** `provider/model` for each kind (V14–V17). */
export type ModelHints = Readonly<Record<ModelKind, string | undefined>>;

export interface ModelName {
  readonly provider: string | null;
  readonly model: string | null;
}

const unknown: ModelName = { provider: null, model: null };

/**
 * Which model it was: what the metrics say, which also name the one that a fallback chose; else the hint; else the
 * session's own plugin (C1). A hint is split at its first slash (C28).
 */
export function modelNameOf(kind: ModelKind, metrics: unknown, hints: ModelHints, session: LiveKitSession): ModelName {
  const provider = known(textIn(metrics, 'metadata', 'modelProvider'));
  const model = textIn(metrics, 'metadata', 'modelName');
  return (
    resolve(provider, known(model)) ??
    splitHint(hints[kind]) ??
    ofPlugin(kind, session) ??
    // A provider of one service need not name its model.
    (provider === undefined ? undefined : resolve(provider, model)) ??
    ofLabel(metrics)
  );
}

function resolve(provider: string | undefined, model: string | undefined): ModelName | undefined {
  if (model === undefined) return undefined;
  // LiveKit's own gateway is told as the provider, and the true one stands in the model's name.
  if (provider?.toLowerCase() === 'livekit') {
    const { provider: behind, ...named } = splitHint(model) ?? { provider: null, model };
    return { ...named, provider: behind ?? 'livekit' };
  }
  return { provider: provider === undefined ? null : providerName(provider), model };
}

function splitHint(hint: string | undefined): ModelName | undefined {
  if (typeof hint !== 'string' || hint === '') return undefined;
  const slash = hint.indexOf('/');
  if (slash <= 0) return { provider: null, model: hint };
  return { provider: providerName(hint.slice(0, slash)), model: hint.slice(slash + 1) };
}

function ofPlugin(kind: ModelKind, session: LiveKitSession): ModelName | undefined {
  const plugin = valueIn(session, kind);
  return resolve(known(textIn(plugin, 'provider')), known(textIn(plugin, 'model')));
}

/** A label such as `openai.LLM` names the plugin at least. */
function ofLabel(metrics: unknown): ModelName {
  const label = textIn(metrics, 'label');
  const plugin = label === undefined ? undefined : /^([\w-]+)\.\w+/.exec(label)?.[1];
  return plugin === undefined ? unknown : { provider: providerName(plugin), model: null };
}

function known(name: string | undefined): string | undefined {
  return name === undefined || name.toLowerCase() === 'unknown' ? undefined : name;
}
