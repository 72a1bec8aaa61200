import { mostToolCalls, toolCall, type ToolCall } from './tool-call.ts';

/** More than any model answers in one piece; a longer text is cut when it is captured anyway. */
const longestText = 1_048_576;

/** What was there, and a part more, within bounds. */
export function joined(text: string, part: unknown): string {
  if (typeof part !== 'string' || part === '' || text.length >= longestText) return text;
  return text + part.slice(0, longestText - text.length);
}

interface Fragments {
  id: string | null;
  name: string;
  text: string;
}

/** Tool calls that come in fragments, each under the place it has in the answer. */
export class FragmentedCalls {
  readonly #calls = new Map<unknown, Fragments>();

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  /** Adds what a fragment has: an id and a name come once, arguments in parts of a text. */
  add(
    place: unknown,
    { id, name, text }: { readonly id?: unknown; readonly name?: unknown; readonly text?: unknown },
  ): void {
    const call = this.#calls.get(place) ?? { id: null, name: '', text: '' };
    if (!this.#calls.has(place)) {
      if (this.#calls.size >= mostToolCalls) return;
      this.#calls.set(place, call);
    }
    if (typeof id === 'string' && id !== '') call.id = id;
    if (typeof name === 'string' && name !== '') call.name = name;
    call.text = joined(call.text, text);
  }

  toolCalls(): readonly ToolCall[] {
    return [...this.#calls.values()].flatMap(({ id, name, text }) => toolCall(id, name, text) ?? []);
  }
}
