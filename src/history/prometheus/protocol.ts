import type { Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { PrometheusAccess } from "./query-client.ts";

export interface PrometheusSetUp {
  readonly access: PrometheusAccess;
  readonly bounds: { readonly maxBytes?: number; readonly timeoutMs?: number };
}

/** Nobody waits for that one, or for more of its file, any more. */
export interface GivingUp {
  readonly gone: number;
}

/** The next part of a file. */
export interface ReadingOn {
  readonly part: number;
}

export interface Asking {
  readonly id: number;
  readonly question: Question;
  /** It is answered part by part. */
  readonly isFile: boolean;
  /** Unix time. */
  readonly nowMs: number;
}

export type Replying =
  | { readonly id: number; readonly bytes: Uint8Array<ArrayBuffer>; readonly isMore: boolean }
  /** `isTrouble`: it is Prometheus that cannot say, and not the question that is wrong. */
  | ({ readonly id: number; readonly isTrouble: boolean } & Problem);
