import type { Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { LogFacts, LogLevel } from "../../log.ts";
import type { Target } from "../../target.ts";
import type { NodeState } from "../model.ts";

/** What the thread is started with. */
export interface KeeperSetUp {
  /** Undefined for a history in memory. */
  readonly path: string | undefined;
  readonly retentionMs: number;
  readonly maxBytes: number;
  readonly nowUnixMs: number;
  /** Whether it takes the place of a thread that died: PinGo itself has not started then. */
  readonly isReplacement: boolean;
}

/**
 * What the main thread tells the keeper, in the order in which it happened. A slot is a small number that the main
 * thread gives a target while it is probed; the keeper has ids of its own, which outlive it.
 */
export type Order =
  /** All that was said before no longer holds; all that does follows. */
  | { readonly order: "anew" }
  | { readonly order: "added"; readonly slot: number; readonly target: Target; readonly instead: string | undefined }
  | { readonly order: "removed"; readonly slot: number }
  | { readonly order: "relabelled"; readonly slot: number; readonly target: Target }
  | { readonly order: "node"; readonly cluster: string; readonly node: NodeState }
  | { readonly order: "node gone"; readonly cluster: string; readonly name: string }
  | { readonly order: "api"; readonly cluster: string; readonly isUp: boolean; readonly detail: string }
  /** From now on this number stands for that errno's name. */
  | { readonly order: "code"; readonly code: number; readonly name: string }
  | { readonly order: "records"; readonly records: Int32Array; readonly baseUnixMs: number };

export type Message =
  /** `nowUnixMs`: the wall clock as it is sent; the thread itself looks at none. */
  | { readonly message: "orders"; readonly orders: readonly Order[]; readonly nowUnixMs: number }
  /** `isFile`: it is answered part by part. `gone`: shared; its one number is 1 once nobody waits for the answer any more. */
  | {
      readonly message: "question";
      readonly id: number;
      readonly question: Question;
      readonly isFile: boolean;
      readonly gone: Int32Array<SharedArrayBuffer>;
    }
  /** The next part of a file is to come. */
  | { readonly message: "part"; readonly id: number }
  /** No more of a file is to come. */
  | { readonly message: "enough"; readonly id: number }
  | { readonly message: "stop"; readonly orders: readonly Order[]; readonly nowUnixMs: number };

/** How the keeper is, in figures. */
export interface KeeperStatus {
  readonly sinceMs: number | undefined;
  readonly bytes: number;
  /** What is wrong with the file; empty where nothing is. */
  readonly problem: string;
  /** Undefined where there is none. */
  readonly problemSinceMs: number | undefined;
  readonly latencyIs: "rtt" | "connect" | undefined;
  readonly writtenMinutes: number;
  /** Minutes that could not be written and were let go. */
  readonly droppedMinutes: number;
  /** Handshakes of which no event, or nothing, was kept because there were too many. */
  readonly droppedRecords: number;
  /** What stands in memory alone and is lost should the thread die: minutes that wait for the disk, and of the running one. */
  readonly unwrittenMinutes: number;
  readonly unwrittenRecords: number;
  /** Files that were set aside as damaged. */
  readonly damagedFiles: number;
  /** When the last of them was. */
  readonly damagedMs: number | undefined;
  readonly targets: number;
}

/** Targets whose condition changed. `isMore`: and others. */
export interface Changed {
  readonly keys: readonly string[];
  readonly isMore: boolean;
}

/** Why there is no history. `isOfDisk`: the disk is full, or takes nothing at this moment, which may pass. */
export interface Refusal {
  readonly problem: string;
  readonly isOfDisk: boolean;
}

export type Report =
  | { readonly report: "open"; readonly status: KeeperStatus }
  | ({ readonly report: "refused" } & Refusal)
  /** A message with orders has been taken in. */
  | { readonly report: "taken"; readonly status: KeeperStatus; readonly changed: Changed | undefined }
  /** JSON or CSV, as bytes. `isMore`: it is a part, and not the last. */
  | { readonly report: "answer"; readonly id: number; readonly bytes: Uint8Array; readonly isMore: boolean }
  | ({ readonly report: "no answer"; readonly id: number } & Problem)
  | { readonly report: "log"; readonly level: LogLevel; readonly message: string; readonly facts: LogFacts }
  | { readonly report: "stopped" };
