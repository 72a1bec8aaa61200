const longest = 120;

/**
 * An error's message without what differs from one time to the next: ids, numbers, addresses and quoted words, so that
 * the same mistake is counted as one.
 */
export function normalisedMessage(message: string): string {
  const [line = ''] = message.split(/[\r\n]/, 1);
  return line
    .slice(0, 1_000)
    .replace(/\bhttps?:\/\/[^\s"'<>)]+/g, '<url>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>')
    .replace(/\b(?=[0-9a-z_-]*\d)[0-9a-z]+[_-][0-9a-z_-]{6,}\b/gi, '<id>')
    .replace(/\b[a-z]+_[0-9a-z]*\d[0-9a-z]*\b/gi, '<id>')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>')
    .replace(/"[^"]{0,200}"|'[^']{0,200}'|`[^`]{0,200}`/g, '<text>')
    .replace(/\d+(?:[.,]\d+)*/g, '<n>')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longest);
}
