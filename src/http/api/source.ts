import type { Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { Status } from "../../api/v1.ts";

/** Who answers questions: the history, or what reads one that is kept elsewhere. */
export interface ApiSource {
  /** JSON or CSV, as the question wants it. Settles, whatever becomes of the thread that answers. */
  ask(question: Question): Promise<Uint8Array | Problem>;
  status(): Status;
  /**
   * Tells of each target whose condition changes, with its key, and with undefined of what else did: nodes came or went,
   * an API. Gives what ends that.
   */
  onChange(changed: (key: string | undefined) => void): () => void;
}
