import type { TargetSource } from "../targets/source.ts";
import { type Family, isOnPage, type MetricsLevel } from "./catalogue.ts";
import type { FamilySeries } from "./exposition/family-series.ts";
import type { LegacyApi } from "./legacy-series.ts";
import { nodeFamilies } from "./node-metrics.ts";
import type { ProcessMetrics } from "./process-metrics.ts";
import type { TargetMetrics } from "./target-metrics.ts";

export interface MetricsParts {
  readonly level: MetricsLevel;
  readonly targets: TargetMetrics;
  readonly process: ProcessMetrics;
  readonly sources: readonly TargetSource[];
  readonly apis: readonly LegacyApi[];
}

/** All families at one moment. */
export interface Snapshot {
  readonly families: readonly FamilySeries[];
  /** Gives the memory back; nothing can be written after. */
  free(): void;
}

/** Everything that is measured, as of one moment: what a scrape sends, and what is pushed. */
export async function takeSnapshot({ level, targets, process, sources, apis }: MetricsParts): Promise<Snapshot> {
  // First what takes a moment: from the copy of the counters on nothing may come between.
  const ofProcess = await process.series();
  const page = targets.page();
  const families = [...page.families(apis), ...nodeFamilies(sources), ...ofProcess];
  return { families: families.filter(({ family }) => isOnPage(family, level)), free: () => page.free() };
}

/**
 * Whether OpenMetrics says of a family since when it counts. Prometheus keeps that as a series of its own, which for
 * each target is only worth it to those who want everything.
 */
export function writesCreated(level: MetricsLevel): (family: Family) => boolean {
  return ({ of }) => level === "full" || (of !== "target" && of !== "node");
}
