import type { Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { Status } from "../../api/v1.ts";
import type { FileParts } from "../../history/file-parts.ts";

/** Who answers questions: the history, or what reads one that is kept elsewhere. */
export interface ApiSource {
  /** JSON or CSV, as the question wants it. Settles, whatever becomes of the thread that answers. `gone`: nobody waits. */
  ask(question: Question, gone: AbortSignal): Promise<Uint8Array | Problem>;
  /** The answer as a file, part by part; it has as many rows as there are. */
  read(question: Question, gone: AbortSignal): Promise<FileParts | Problem>;
  status(): Status;
  /** Tells of what changed; gives what ends that. */
  onChange(listener: (changed: Changed) => void): () => void;
}

/** Targets whose condition changed; none where it was something else: nodes that came or went, an API. `isMore`: and others. */
export interface Changed {
  readonly keys: readonly string[];
  readonly isMore: boolean;
}
