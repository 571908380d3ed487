import assert from "node:assert/strict";

/**
 * Waits until `holds`, turning the event loop, and fails with `what` where that takes longer than `limitMs`. The
 * limit is there to end a broken test; it is no expectation of speed.
 */
export async function eventually(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > endMs) {
      assert.fail(`never happened within ${limitMs} ms: ${typeof what === "string" ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
