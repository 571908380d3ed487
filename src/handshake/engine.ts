import type { Outcome } from "../outcome.ts";

/** One TCP handshake to be made. */
export interface HandshakeRequest {
  /** An IP address without brackets; never a name. */
  readonly host: string;
  readonly port: number;
  /** Deadline, in milliseconds from the start. */
  readonly timeoutMs: number;
}

/** Makes handshakes. There may be several, and all mean the same by every outcome: test/handshake/contract.ts. */
export interface HandshakeEngine {
  /** For `pingo_engine_info`. */
  readonly name: string;
  /**
   * Starts one handshake at once. `done` is called once, later and never from within `start`, when the handshake has
   * ended and its socket is closed. The function returned gives the handshake up: its socket is closed and `done` is
   * not called any more.
   */
  start(request: HandshakeRequest, done: (outcome: Outcome) => void): () => void;
  /** Gives up what is in flight and resolves when no socket, timer or thread is left. Can be called again. */
  stop(): Promise<void>;
}
