/**
 * Names by which others call a provider of the price tables: what LiveKit's plugins, the GenAI conventions and hosts say.
 * A host is looked up by the label before its last, such as `googleapis` of `texttospeech.googleapis.com`.
 */
const aliases: ReadonlyMap<string, string> = new Map([
  ['azure stt', 'azure'],
  ['azure tts', 'azure'],
  ['azure openai', 'azure'],
  ['azure.ai.openai', 'azure'],
  ['azure.ai.inference', 'azure'],
  ['microsoft', 'azure'],
  ['vertex ai', 'google'],
  ['vertex', 'google'],
  ['gemini', 'google'],
  ['gcp.vertex_ai', 'google'],
  ['gcp.gemini', 'google'],
  ['gcp.gen_ai', 'google'],
  ['google cloud', 'google'],
  ['google cloud platform', 'google'],
  ['googleapis', 'google'],
  ['amazon', 'aws'],
  ['amazon polly', 'aws'],
  ['amazonaws', 'aws'],
  ['aws.bedrock', 'aws'],
  ['xai', 'x-ai'],
  ['x_ai', 'x-ai'],
  ['x', 'x-ai'],
  ['z', 'zai'],
  ['11labs', 'elevenlabs'],
  ['eleven labs', 'elevenlabs'],
  ['assembly ai', 'assemblyai'],
  ['assembly-ai', 'assemblyai'],
  ['mistral_ai', 'mistral'],
  ['rime ai', 'rime'],
  ['smallest ai', 'smallest'],
]);

const beforeHost = /^(?:[a-z]+:\/\/)?(?:api\.)?/;
const hostPattern = /^([\w-]+(?:\.[\w-]+)+)(?:[:/?#].*)?$/;

/**
 * One name for a provider, however it is written: in lower case, without `api.` and the ending of a domain, and with one
 * of several names that mean the same. A name that nobody knows stays what it is.
 *
 * @example
 * providerName('Vertex AI'); // 'google'
 * providerName('api.openai.com'); // 'openai'
 */
export function providerName(text: string): string {
  const plain = text.trim().toLowerCase();
  const bare = plain.replace(beforeHost, '');
  const name = aliases.get(plain) ?? hostPattern.exec(bare)?.[1]?.split('.').at(-2) ?? bare;
  return aliases.get(name) ?? name;
}
