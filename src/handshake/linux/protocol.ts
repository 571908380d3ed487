import type { HandshakeStyle } from "../engine-config.ts";

/** What the worker is started with. */
export interface WorkerSetUp {
  readonly style: HandshakeStyle;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly maxInFlight: number;
  /** `performance.timeOrigin` of the main thread: both threads' clocks count from it. */
  readonly timeOriginMs: number;
}

/**
 * What the main thread tells the worker. Ids are small whole numbers, given out by the main thread; addresses are the
 * bytes of a struct sockaddr, so that the thread that measures has nothing to parse.
 */
export type Order =
  /** One handshake, now. */
  | {
      readonly order: "start";
      readonly id: number;
      readonly address: Uint8Array;
      readonly timeoutMs: number;
    }
  | { readonly order: "give up"; readonly id: number }
  | ({ readonly order: "add" } & AddedTargets)
  | { readonly order: "remove"; readonly id: number }
  | { readonly order: "stop" };

/** Targets from now on, in columns: a cluster's list adds tens of thousands at once. */
export interface AddedTargets {
  readonly ids: Int32Array;
  /** Of each a struct sockaddr, `sockaddrLength` bytes. */
  readonly addresses: Uint8Array;
  /** Its place in the interval, from 0 up to 1. */
  readonly fractions: Float64Array;
}

/** What the worker says: first that it is ready, then batches of records. Its end is its exit. */
export type Report =
  /** `wakeFd` is an eventfd that from now on is the main thread's: it writes to it and closes it. */
  | { readonly report: "ready"; readonly wakeFd: number }
  | { readonly report: "records"; readonly records: Float64Array };

/** Fields of a record: an outcome, or rounds that were skipped. Plain numbers, so that a batch is one copy. */
export const field = {
  kind: 0,
  id: 1,
  /** Index in `results` (outcome.ts), or in `skipReasons` (probing.ts). */
  what: 2,
  /** errno of a failure; 0 for the deadline, `threadDied`. Rounds, of a skip. */
  detail: 3,
  /** On the main thread's monotonic clock, in milliseconds. */
  startedMs: 4,
  /** After it was due, in milliseconds. */
  lagMs: 5,
  /** Microseconds; -1 where there is none. */
  connectUs: 6,
  rttUs: 7,
  /** SYNs, the first one included; -1 where the kernel does not say. */
  synSent: 8,
} as const;
export const recordLength = 9;

/** `removed`: no record of that target follows, so that its id can be given to another. */
export const kind = { ofRequest: 0, ofTarget: 1, skipped: 2, removed: 3 } as const;

/** Stands for an errno where the thread died over a handshake. */
export const threadDied = -1;
