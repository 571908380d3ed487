/**
 * Watches for how long whoever waits for a turn of the event loop is kept waiting at most, as a handshake's start is. Call what it
 * gives to end that; it gives milliseconds.
 */
export function watchBlocks(): () => number {
  let longestMs = 0;
  let lastMs = performance.now();
  let isOver = false;
  const watch = (): void => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    if (!isOver) setImmediate(watch);
  };
  setImmediate(watch);
  return () => {
    isOver = true;
    watch();
    return longestMs;
  };
}
