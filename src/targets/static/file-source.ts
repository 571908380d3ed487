import type { NodeFacts } from "../node.ts";
import type { NodeOutcome } from "../select.ts";
import type { TargetSource } from "../source.ts";
import { type StaticOutcome, StaticTargets, type StaticTargetsParts } from "./static-targets.ts";
import { SystemLookup } from "./system-lookup.ts";

export type FileSourceOptions = Omit<StaticTargetsParts, "lookup" | "report"> & {
  readonly report: Omit<StaticTargetsParts["report"], "synced">;
  /** Told once: the file was read, and its names were looked up. */
  readonly firstSynced: (source: TargetSource) => void;
};

/** The targets of a file. */
export class FileSource implements TargetSource {
  readonly cluster: string;
  isSynced = false;
  readonly #lookup: SystemLookup;
  readonly #targets: StaticTargets;

  constructor(options: FileSourceOptions) {
    const { cluster, clock, report } = options;
    this.cluster = cluster;
    this.#lookup = new SystemLookup(clock);
    this.#targets = new StaticTargets({
      ...options,
      lookup: this.#lookup.lookup,
      report: {
        fileChecked: (ok) => report.fileChecked(ok),
        resolved: (ok) => report.resolved(ok),
        synced: () => {
          this.isSynced = true;
          options.firstSynced(this);
        },
      },
    });
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#targets.run(signal);
  }

  close(): void {
    this.#lookup.close();
  }

  countByState(): Record<NodeOutcome["state"], number> {
    return this.#targets.countByState();
  }

  /** Every entry of the file and what became of it. */
  outcomes(): readonly StaticOutcome[] {
    return this.#targets.outcomes();
  }

  nodes(): readonly NodeFacts[] {
    return [];
  }
}
