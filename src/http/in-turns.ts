import { setImmediate } from "node:timers/promises";

/** As long as one long answer keeps everybody else waiting, in milliseconds, but for the making of one item. */
const turnMs = 4;

/** Gives the chunks of something long, and everybody else a turn now and then. An empty chunk is a turn's work alone. */
export async function* inTurns(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let sinceMs = performance.now();
  for await (const chunk of chunks) {
    if (chunk.length > 0) yield chunk;
    if (performance.now() - sinceMs < turnMs) continue;
    await setImmediate();
    sinceMs = performance.now();
  }
}
