/** Slips of up to two letters; of a shorter word, not all of its letters: anything would be near. */
const maxSlips = 2;

/** `prefix` and the candidate that `word` is most likely a slip of, with a question mark; empty where none is near. */
export function closest(word: string, candidates: readonly string[], prefix: string): string {
  let best: string | undefined;
  let bestDistance = Math.min(maxSlips + 1, word.length);
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best === undefined ? "" : `${prefix}${best}?`;
}

/** Levenshtein's distance: how many letters have to be put in, left out or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
