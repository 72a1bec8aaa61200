import { setTimeout as delay } from 'node:timers/promises';
import { currentSpan, traced } from 'clew';

/** A name and a kind; the arguments are recorded under their own names. */
export const fetchPage = traced({ name: 'fetch_page', kind: 'tool' }, async (url: string) => {
  await delay(5);
  return `the text of ${url}`;
});

/** Only a name. `question` and `pages` are what the record calls its input. */
export const answer = traced('answer', async (question: string, pages: readonly string[]) => {
  await delay(5);
  currentSpan()?.event('sources', { count: pages.length });
  return `${question} See ${pages.length} pages.`;
});

/** No options at all: the span has the function's name. What it calls nests under it, in parallel too. */
export const research = traced(async function research(question: string, urls: readonly string[]) {
  const pages = await Promise.all(urls.map((url) => fetchPage(url)));
  return answer(question, pages);
});
