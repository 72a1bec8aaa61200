/** LiveKit's metrics as version 1.9 has them: milliseconds, with the model that was used. */

interface Source {
  readonly modelProvider: string;
  readonly modelName: string;
}

export function sttMetrics(audioDurationMs: number, more: object = {}): object {
  return {
    type: 'stt_metrics',
    label: 'deepgram.STT',
    requestId: '',
    durationMs: 0,
    audioDurationMs,
    streamed: true,
    metadata: source('Deepgram', 'nova-3'),
    ...more,
  };
}

export function llmMetrics(speechId: string | undefined, more: object = {}): object {
  return {
    type: 'llm_metrics',
    label: 'openai.LLM',
    requestId: '',
    durationMs: 85,
    ttftMs: 60,
    cancelled: false,
    promptTokens: 100,
    promptCachedTokens: 40,
    completionTokens: 20,
    totalTokens: 120,
    tokensPerSecond: 235,
    speechId,
    metadata: source('api.openai.com', 'gpt-4.1-mini'),
    ...more,
  };
}

export function ttsMetrics(speechId: string | undefined, more: object = {}): object {
  return {
    type: 'tts_metrics',
    label: 'cartesia.TTS',
    requestId: '',
    ttfbMs: 90,
    durationMs: 130,
    audioDurationMs: 4_200,
    charactersCount: 40,
    cancelled: false,
    streamed: true,
    speechId,
    metadata: source('Cartesia', 'sonic-2'),
    ...more,
  };
}

export function eouMetrics(speechId: string | undefined, more: object = {}): object {
  return {
    type: 'eou_metrics',
    endOfUtteranceDelayMs: 325,
    transcriptionDelayMs: 319,
    onUserTurnCompletedDelayMs: 0,
    lastSpeakingTimeMs: 0,
    speechId,
    ...more,
  };
}

export function interruptionMetrics(isInterruption: boolean, detectionDelay: number): object {
  return {
    type: 'interruption_metrics',
    totalDuration: 40,
    predictionDuration: 10,
    detectionDelay,
    numInterruptions: isInterruption ? 1 : 0,
    numBackchannels: isInterruption ? 0 : 1,
    numRequests: 3,
    metadata: source('livekit', 'adaptive interruption'),
  };
}

export function realtimeMetrics(requestId: string, more: object = {}): object {
  return {
    type: 'realtime_model_metrics',
    label: 'openai.realtime.RealtimeModel',
    requestId,
    durationMs: 900,
    ttftMs: 200,
    cancelled: false,
    inputTokens: 300,
    outputTokens: 120,
    totalTokens: 420,
    tokensPerSecond: 133,
    inputTokenDetails: {
      audioTokens: 200,
      textTokens: 100,
      imageTokens: 0,
      cachedTokens: 60,
      cachedTokensDetails: { audioTokens: 50, textTokens: 10, imageTokens: 0 },
    },
    outputTokenDetails: { audioTokens: 90, textTokens: 30, imageTokens: 0 },
    metadata: source('api.openai.com', 'gpt-realtime'),
    ...more,
  };
}

export function source(modelProvider: string, modelName: string): Source {
  return { modelProvider, modelName };
}
