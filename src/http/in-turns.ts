import { setImmediate } from "node:timers/promises";

/** As long as one long answer keeps everybody else waiting, in milliseconds, but for the making of one item. */
const turnMs = 4;

/** Gives the items of something long, and everybody else a turn now and then. */
export async function* inTurns<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let sinceMs = performance.now();
  for (const item of items) {
    yield item;
    if (performance.now() - sinceMs < turnMs) continue;
    await setImmediate();
    sinceMs = performance.now();
  }
}
