/** How a handshake can end. docs/words.md says what each means. */
export const results = ["ok", "timeout", "refused", "reset", "unreachable", "local"] as const;
export type Result = (typeof results)[number];
/** Where each stands in `results`: what records and columns have in its place. */
export const resultIndex = Object.fromEntries(results.map((result, index) => [result, index])) as Record<
  Result,
  number
>;

/** A count of each result, none counted yet. */
export function noResults(): Record<Result, number> {
  return { ok: 0, timeout: 0, refused: 0, reset: 0, unreachable: 0, local: 0 };
}

interface Handshake {
  /** Which probe it came from; there is one kind so far. */
  readonly probe: "tcp";
  /** Which network path it took: the index of a source port in a set; 0 while there is no set. */
  readonly path: number;
  /** When it began, on the monotonic clock. */
  readonly startedMs: number;
  /**
   * SYNs that this handshake sent, the first one included; undefined where the engine cannot see them. All but the
   * first are retransmissions; of a handshake that timed out, none was answered.
   */
  readonly synSent?: number | undefined;
}

/** The target answered SYN-ACK. */
export interface Reply extends Handshake {
  readonly result: "ok";
  /**
   * From the call of connect to the moment this program saw the connection, in microseconds. Undefined where the
   * program was held up for so long that its own figure says nothing about the network.
   */
  readonly connectUs: number | undefined;
  /**
   * The handshake's round trip as the kernel measured it, in microseconds: SYN to SYN-ACK. Undefined where a SYN was
   * sent again (which of them was answered cannot be told) and where the engine cannot see it.
   */
  readonly rttUs?: number | undefined;
}

/** There was no connection. It gives no latency sample. */
export interface Failure extends Handshake {
  readonly result: Exclude<Result, "ok">;
  /** The errno's name (ECONNREFUSED ...), or DEADLINE where the deadline ended the wait. */
  readonly code: string;
}

/** What one handshake gave. A value, never an exception. */
export type Outcome = Reply | Failure;

/** Whether the first PinGo would have counted it as lost. `local` is this machine's fault and counts against nobody. */
export function isLost(result: Result): boolean {
  return result !== "ok" && result !== "local";
}
