import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { question, type ProviderCase } from './provider.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
const usage = {
  inputTokens: 500,
  outputTokens: 60,
  totalTokens: 1060,
  cacheReadInputTokens: 400,
  cacheWriteInputTokens: 100,
};
const content = [{ text: 'Let me look.' }, { toolUse: { toolUseId: 'tooluse_1', name: 'lookup', input: { id: 7 } } }];
const whole = {
  output: { message: { role: 'assistant', content } },
  stopReason: 'tool_use',
  usage,
  metrics: { latencyMs: 551 },
};

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html, as the client decodes it. */
const events = [
  { messageStart: { role: 'assistant' } },
  { contentBlockDelta: { delta: { text: 'Let me' }, contentBlockIndex: 0 } },
  { contentBlockDelta: { delta: { text: ' look.' }, contentBlockIndex: 0 } },
  { contentBlockStop: { contentBlockIndex: 0 } },
  { contentBlockStart: { start: { toolUse: { toolUseId: 'tooluse_1', name: 'lookup' } }, contentBlockIndex: 1 } },
  { contentBlockDelta: { delta: { toolUse: { input: '{"id"' } }, contentBlockIndex: 1 } },
  { contentBlockDelta: { delta: { toolUse: { input: ':7}' } }, contentBlockIndex: 1 } },
  { contentBlockStop: { contentBlockIndex: 1 } },
  { messageStop: { stopReason: 'tool_use' } },
  { metadata: { usage, metrics: { latencyMs: 551 } } },
];

export const bedrock: ProviderCase = {
  name: 'Bedrock',
  script: () => ({ json: whole }),
  call: async (baseUrl) => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new BedrockRuntimeClient({
      endpoint: baseUrl,
      region: 'us-east-1',
      credentials,
      requestHandler: new NodeHttpHandler(),
    });
    const messages = [{ role: 'user' as const, content: [{ text: question }] }];
    return client.send(new ConverseCommand({ modelId: 'anthropic.claude-sonnet-4-20250514-v1:0', messages }));
  },
  // Its stream is a binary format of Amazon's own, which nobody else writes: here are the events that the client reads.
  async *stream() {
    yield* events;
  },
  expected: {
    usage: { inputTokens: 1000, outputTokens: 60, totalTokens: 1060, cacheReadTokens: 400, cacheWriteTokens: 100 },
    model: null,
    responseId: null,
    toolCalls: [{ id: 'tooluse_1', name: 'lookup', arguments: { id: 7 } }],
    costUsd: null,
  },
  message: { role: 'assistant', content },
};
