import type { Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { PrometheusAccess } from "./query-client.ts";

export interface PrometheusSetUp {
  readonly access: PrometheusAccess;
  readonly bounds: { readonly maxBytes?: number; readonly timeoutMs?: number };
}

/** Nobody waits for that one any more. */
export interface GivingUp {
  readonly gone: number;
}

export interface Asking {
  readonly id: number;
  readonly question: Question;
  /** Unix time. */
  readonly nowMs: number;
}

export type Replying =
  | { readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** `isTrouble`: it is Prometheus that cannot say, and not the question that is wrong. */
  | ({ readonly id: number; readonly isTrouble: boolean } & Problem);
