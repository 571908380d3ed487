/** Chaos is about real time: how long a whole program takes to mend. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
