import type { NodeFacts } from "../node.ts";
import type { NodeOutcome, Selection } from "../select.ts";
import { ownsShard } from "../shard.ts";
import type { TargetSource } from "../source.ts";
import type { TargetListener } from "../target-set.ts";
import { staticCluster } from "./static-entry.ts";
import {
  type StaticOutcome,
  StaticTargets,
  type StaticTargetsParts,
  type StaticTargetsReport,
} from "./static-targets.ts";
import { SystemLookup } from "./system-lookup.ts";
import { targetFile } from "./target-file.ts";

export interface FileSourceOptions extends Pick<StaticTargetsParts, "log" | "clock" | "random"> {
  readonly path: string;
  readonly selection: Pick<Selection, "ipFamily" | "shard">;
  readonly listener: TargetListener;
  readonly report: Omit<StaticTargetsReport, "synced">;
  /** Told once: the file was read, and its names were looked up. */
  readonly firstSynced: (source: TargetSource) => void;
}

/** The targets of a file. */
export class FileSource implements TargetSource {
  readonly cluster = staticCluster;
  isSynced = false;
  readonly #lookup: SystemLookup;
  readonly #targets: StaticTargets;

  constructor(options: FileSourceOptions) {
    const { path, selection, listener, report, log, clock, random } = options;
    const { ipFamily, shard } = selection;
    this.#lookup = new SystemLookup(clock);
    this.#targets = new StaticTargets({
      file: targetFile(path),
      cluster: this.cluster,
      ipFamily,
      owns: (name) => shard === undefined || ownsShard(name, shard),
      listener: {
        added: (target) => listener.added(target, undefined),
        removed: (target) => listener.removed(target, undefined, false),
        relabelled: (target, before) => listener.relabelled(target, before),
      },
      lookup: this.#lookup.lookup,
      report: {
        fileChecked: (ok) => report.fileChecked(ok),
        resolved: (ok) => report.resolved(ok),
        synced: () => {
          this.isSynced = true;
          options.firstSynced(this);
        },
      },
      log,
      clock,
      random,
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
