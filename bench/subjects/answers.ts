import { InMemoryTraceExporter, init, traced } from '../../dist/index.js';
import type { Subject } from '../subject.ts';

const callsPerTurn = 100;
const chunksPerStream = 2_000;

/** A chat completion with a tool call, built anew each time as a client does. */
function answer() {
  const call = { id: 'call_abc', type: 'function', function: { name: 'lookup', arguments: '{"id":7}' } };
  const message = { role: 'assistant', content: 'Let me look into the parcel.', refusal: null, tool_calls: [call] };
  return {
    id: 'chatcmpl-B9MBs8C',
    object: 'chat.completion',
    created: 1_741_569_952,
    model: 'gpt-4.1-mini-2025-04-14',
    choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
    usage: {
      prompt_tokens: 1000,
      completion_tokens: 60,
      total_tokens: 1060,
      prompt_tokens_details: { cached_tokens: 400 },
    },
  };
}

async function* chunks() {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4.1-mini' };
  for (let n = 1; n < chunksPerStream; n += 1) {
    yield { ...head, choices: [{ index: 0, delta: { content: 'word ' }, finish_reason: null }], usage: null };
  }
  yield { ...head, choices: [], usage: { prompt_tokens: 10, completion_tokens: chunksPerStream, total_tokens: 2010 } };
}

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count += 1;
  return count;
}

function subject(name: string, unitsPerTurn: number, turn: () => Promise<unknown>): Subject {
  return {
    name,
    async setup() {
      const exporter = new InMemoryTraceExporter();
      const tracer = name.endsWith('-bare') ? undefined : init({ name: 'bench', exporter });
      return {
        unitsPerTurn,
        turnsPerBatch: 10,
        turn,
        reset: () => exporter.clear(),
        async teardown() {
          await tracer?.shutdown();
        },
      };
    },
  };
}

async function callAll(ask: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < callsPerTurn; n += 1) await ask();
}

const bare = async () => ({ raw: answer() });
const recorded = traced({ name: 'ask' }, bare);
const generation = traced({ name: 'ask', type: 'generation' }, bare);
const tracedChunks = traced({ name: 'stream', type: 'generation' }, chunks);

/** The same answer in all three; in a plain span nobody looks into what is around it, so nothing is found. */
export const answersBare = subject('answers-bare', callsPerTurn, () => callAll(bare));
export const answersRecorded = subject('answers-recorded', callsPerTurn, () => callAll(recorded));
export const answersRead = subject('answers-read', callsPerTurn, () => callAll(generation));
export const streamBare = subject('stream-bare', chunksPerStream, () => drain(chunks()));
export const streamRead = subject('stream-read', chunksPerStream, () => drain(tracedChunks()));
