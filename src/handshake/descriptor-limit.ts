import { readFileSync } from "node:fs";

/** Kept for the listener, its clients, the API and the files of this program. Sockets that wait to be used again give way. */
const reserved = 100;
/** Where the limit is not known: what most systems give a process. */
const assumed = 1_024;

/**
 * How many handshakes may be in flight before they would take the descriptors that the rest of the program needs. The
 * soft limit counts, which Node raises to the hard one at start (proc_pid_limits(5)).
 */
export function maxHandshakesInFlight(): number {
  const limit = softLimit();
  return Math.max(limit - reserved, Math.ceil(limit / 2));
}

function softLimit(): number {
  try {
    const soft = /^Max open files +(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return soft === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(soft ?? assumed);
  } catch {
    return assumed;
  }
}
