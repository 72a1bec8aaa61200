import { setTimeout as delay } from 'node:timers/promises';
import { traced } from 'clew';

export interface Article {
  title: string;
  text: string;
}

const articles: Article[] = [
  { title: 'Reset a password', text: 'A reset link goes to the address of the account and works for 30 minutes.' },
  { title: 'Refunds', text: 'An order can be refunded within 14 days; a double charge is always refunded.' },
  { title: 'Export invoices', text: 'Billing > Invoices > Export gives all invoices as one CSV file.' },
  { title: 'Invite a colleague', text: 'Team > Invite sends an e-mail; the invitation stays open for a week.' },
  { title: 'Change the plan', text: 'Billing > Plan changes the plan at once; the difference is charged pro rata.' },
];

/** Retrieval without a vector store: articles that share a word with the query, best first. */
export const searchArticles = traced(
  { name: 'search-articles', kind: 'retriever' },
  async (query: string): Promise<Article[]> => {
    await delay(12);
    const candidates = articles.filter((article) => sharedWords(query, article) > 0);
    return rankArticles(query, candidates);
  },
);

/** A synchronous function stays one when it is traced. */
const rankArticles = traced(
  { name: 'rank-articles', kind: 'reranker' },
  (query: string, candidates: Article[]): Article[] =>
    candidates.toSorted((a, b) => sharedWords(query, b) - sharedWords(query, a)).slice(0, 2),
);

function sharedWords(query: string, { title, text }: Article): number {
  const asked = wordsOf(query);
  return [...wordsOf(`${title} ${text}`)].filter((word) => asked.has(word)).length;
}

/** Words of four letters and more: the shorter ones say little. */
function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
}
