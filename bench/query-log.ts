import { existsSync, readFileSync, truncateSync } from "node:fs";

interface Logged {
  readonly params: { readonly query: string; readonly step?: number };
  readonly stats: {
    readonly timings: { readonly evalTotalTime: number };
    readonly samples?: { readonly totalQueryableSamples: number; readonly peakSamples: number };
  };
}

/** What a Prometheus wrote to its `query_log_file` since it was last asked, the dearest first. */
export function loggedQueries(path: string): string[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  truncateSync(path);
  return lines
    .map((line) => JSON.parse(line) as Logged)
    .toSorted((a, b) => b.stats.timings.evalTotalTime - a.stats.timings.evalTotalTime)
    .map(({ params: { query, step }, stats: { timings, samples } }) => {
      const read =
        samples === undefined
          ? ""
          : `${samples.totalQueryableSamples} samples, at most ${samples.peakSamples} at once, `;
      return `${timings.evalTotalTime.toFixed(2)} s, ${read}step ${step ?? 0}: ${query}`;
    });
}
