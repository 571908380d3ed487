import { catalogue } from "./catalogue.ts";
import type { FamilySeries, LabelTable } from "./exposition/family-series.ts";
import type { LegacyCounts, LegacyLabels, LegacyTable } from "./legacy-table.ts";

/** The API beside the nodes in the first PinGo's families. */
export interface LegacyApi {
  readonly labels: LegacyLabels;
  readonly counts: Readonly<LegacyCounts>;
}

/** The first PinGo's families: a line for each target, and behind them one for each API. */
export function legacyFamilies(targets: LegacyTable, apis: readonly LegacyApi[]): FamilySeries[] {
  const summed = sumByLabels(apis);
  const { rows } = targets;
  const table: LabelTable = {
    rows: rows + summed.length,
    labels: (row) => (row < rows ? targets.labels(row) : summed[row - rows]?.labels),
  };
  const fields = [
    [catalogue.reply, "reply"],
    [catalogue.lost, "lost"],
    [catalogue.time, "timeMs"],
  ] as const;
  return fields.map(([family, field]) => ({
    family,
    table,
    write: (row, to) =>
      to.value(row < rows ? targets.get(row, field) : (summed[row - rows] as LegacyApi).counts[field]),
  }));
}

/** One line for each API as it is now, however many contexts lead there. */
function sumByLabels(apis: readonly LegacyApi[]): LegacyApi[] {
  const sums = new Map<string, LegacyApi & { readonly counts: LegacyCounts }>();
  for (const { labels, counts } of apis) {
    const known = sums.get(labels.target);
    if (known === undefined) {
      sums.set(labels.target, { labels, counts: { ...counts } });
      continue;
    }
    known.counts.reply += counts.reply;
    known.counts.lost += counts.lost;
    known.counts.timeMs += counts.timeMs;
  }
  return [...sums.values()];
}
