import type { NodeFacts } from "./node.ts";
import type { NodeOutcome } from "./select.ts";

/** Where targets come from: a cluster, or a file. What changes is told to the listener it was made with. */
export interface TargetSource {
  /** The `cluster` label of its targets. */
  readonly cluster: string;
  /** Whether its targets are known. */
  readonly isSynced: boolean;
  /** Follows what changes until `signal` is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Ends what is under way, so that run() ends soon. Can be called again. */
  close(): void;
  /** How many nodes, or entries of the file, are in each state. */
  countByState(): Record<NodeOutcome["state"], number>;
  /** The nodes as they are at this moment; none of a file. */
  nodes(): readonly NodeFacts[];
}
