import { sleep } from "./sleep.ts";

const maxTries = 100;
const pauseMs = 20;

/**
 * A port that was given back for a moment may be the near end of somebody's connection when it is wanted again: every
 * handshake takes one.
 */
export async function retryWhileTaken(listen: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await listen();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || tries === maxTries) throw error;
      await sleep(pauseMs);
    }
  }
}
