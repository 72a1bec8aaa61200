import type { TraceHead } from './head.ts';
import { givenOptions, type SessionOption } from './span-options.ts';
import type { SpanWriter } from './span-writer.ts';

/** A string is an id (G23); an object has an id and may have a name and a user (G24). What it does not name stays. */
export function setSession(head: TraceHead, option: SessionOption | null, writer: SpanWriter): void {
  if (typeof option === 'string') {
    head.sessionId = writer.identity(option);
    return;
  }
  if (option === null) return;
  const { id, name, user_id, userId = user_id } = givenOptions(option);
  head.sessionId = writer.identity(id);
  if (name !== undefined) head.sessionName = writer.phrase(name);
  if (userId !== undefined) head.userId = writer.identity(userId);
}
