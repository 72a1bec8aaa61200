import { quote, numberText } from './wire.ts';

/** What somebody, or something, thinks of a trace (E33, E47). */
export interface Evaluation {
  /** What was looked at: `correctness`, `tone`. */
  readonly name: string;
  readonly score: number | null;
  /** In a word: `wrong`, `pass`. */
  readonly label: string | null;
  readonly comment: string | null;
}

export const noEvaluations: readonly Evaluation[] = Object.freeze([]);

/** As wire text. */
export function evaluationsText(evaluations: readonly Evaluation[]): string {
  if (evaluations.length === 0) return '[]';
  const items = evaluations.map(
    ({ name, score, label, comment }) =>
      `{"name":${quote(name)},"score":${numberText(score)},"label":${quote(label)},"comment":${quote(comment)}}`,
  );
  return `[${items.join(',')}]`;
}
