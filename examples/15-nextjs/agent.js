import { traced } from 'clew';

export const lookup = traced({ name: 'lookup', kind: 'tool' }, async (id) => ({ id, state: 'shipped' }));

export const answer = traced('answer', async function* answerInParts(question) {
  const order = await lookup(question);
  for (const word of ['Your ', 'order ', order.id, ' is ', order.state]) yield word;
});
