/** Where somebody who reads events from the newest on has come to: a moment, and how many of its events were seen. */
interface EventPlace {
  readonly atMs: number;
  readonly seen: number;
}

/** As `next` of an answer has it, and `before` of a question: the same in every history. */
export function writePlace({ atMs, seen }: EventPlace): string {
  return `${atMs}:${seen}`;
}

/** Undefined of what is no place. */
export function readPlace(text: string): EventPlace | undefined {
  const [, atMs, seen] = /^(\d{1,16}):(\d{1,9})$/.exec(text) ?? [];
  return atMs === undefined ? undefined : { atMs: Number(atMs), seen: Number(seen) };
}
