import { GoogleGenAI } from '@google/genai';
import { serverSentEvents } from '../../fixtures/scripted-server.ts';
import { question, type ProviderCase } from './provider.ts';

/** https://ai.google.dev/api/generate-content#UsageMetadata */
const usageMetadata = {
  promptTokenCount: 1000,
  cachedContentTokenCount: 400,
  candidatesTokenCount: 40,
  thoughtsTokenCount: 20,
  totalTokenCount: 1060,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 1000 }],
};
const head = { modelVersion: 'gemini-2.5-flash-lite', responseId: 'mAitaLmkHPPlz7IPvtfUqQ4' };
const callPart = { functionCall: { id: 'fc-1', name: 'lookup', args: { id: 7 } } };

function answer(parts: readonly object[], usage: object, finishReason?: string): object {
  const candidate = { content: { parts, role: 'model' }, index: 0, ...(finishReason && { finishReason }) };
  return { candidates: [candidate], usageMetadata: usage, ...head };
}
const whole = answer([{ text: 'Let me look.' }, callPart], usageMetadata, 'STOP');
const parts = [
  answer([{ text: 'Let me' }], { promptTokenCount: 1000, cachedContentTokenCount: 400, totalTokenCount: 1000 }),
  answer([{ text: ' look.' }], { promptTokenCount: 1000, candidatesTokenCount: 5, totalTokenCount: 1005 }),
  answer([callPart], usageMetadata, 'STOP'),
];

function models(baseUrl: string): GoogleGenAI['models'] {
  return new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl } }).models;
}
const request = { model: 'gemini-2.5-flash-lite', contents: question };

export const gemini: ProviderCase = {
  name: 'Gemini',
  script: (path) => (path.includes('stream') ? { stream: serverSentEvents(parts) } : { json: whole }),
  call: (baseUrl) => models(baseUrl).generateContent(request),
  stream: (baseUrl) => models(baseUrl).generateContentStream(request),
  expected: {
    usage: { inputTokens: 1000, outputTokens: 60, totalTokens: 1060, cacheReadTokens: 400, reasoningTokens: 20 },
    model: 'gemini-2.5-flash-lite',
    responseId: 'mAitaLmkHPPlz7IPvtfUqQ4',
    toolCalls: [{ id: 'fc-1', name: 'lookup', arguments: { id: 7 } }],
    // 600 × $0.10 + 400 × $0.01 + 60 × $0.40, for a million.
    costUsd: 0.000088,
  },
  message: { role: 'model', parts: [{ text: 'Let me look.' }, callPart] },
};
