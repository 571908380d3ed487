/** More different texts than labels of one kind have; beyond, the table begins anew. */
const maxKnown = 10_000;
const known = new Map<string, string>();

/**
 * The same text as the one object that is known of it. A cluster's nodes share their zones, types and reasons, but
 * JSON.parse makes new strings of them for each: at 65,000 nodes that is tens of megabytes.
 */
export function interned(text: string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= maxKnown) known.clear();
  known.set(text, text);
  return text;
}
