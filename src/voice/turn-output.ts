const longestText = 16_384;

/** The transcript of a decorated turn: the text that its method returns or yields. */
export class TurnOutput {
  #text = '';

  part(part: unknown): void {
    if (typeof part === 'string' && this.#text.length < longestText) this.#text += part;
  }

  /** Null where no text was given. */
  transcript(output: unknown): string | null {
    if (typeof output === 'string' && output !== '') return output;
    return this.#text === '' ? null : this.#text;
  }
}
