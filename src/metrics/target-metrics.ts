import { isLost, noResults, type Outcome, type Result, results } from "../outcome.ts";
import type { Target } from "../target.ts";
import { usToMs, usToSeconds } from "../units.ts";
import { catalogue } from "./catalogue.ts";
import { labelText, type Page, sample } from "./exposition.ts";

/** Bounds of the RTT's buckets, in microseconds: 50 us to 10 s, the steps 1, 2.5, 5 of each decade. */
const rttBoundsUs = [
  50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
  5_000_000, 10_000_000,
] as const;
const rttBoundTexts = rttBoundsUs.map((us) => String(usToSeconds(us)));

/** What has been counted of one target, and its label text, made once. */
interface Series {
  readonly counts: Record<Result, number>;
  connectCount: number;
  connectUs: number;
  synSent: number;
  synRetransmits: number;
  rttCount: number;
  rttUs: number;
  /** RTTs by bucket, each in the first whose bound it does not exceed; the last is beyond all bounds. */
  readonly rttBuckets: Uint32Array;
  /** Undefined until the first outcome that tells something about the target. */
  up: boolean | undefined;
  labels: TargetLabels;
  /** Shared by all targets of the same name and address. */
  legacy: SharedCounts;
}

/** Counters of the first PinGo's families, and how many targets count into them. */
interface SharedCounts extends LegacyCounts {
  owners: number;
}

interface TargetLabels {
  /** `cluster, node, zone, target`: what design.md calls T. */
  readonly target: string;
  readonly info: string;
  /** `name, target`, as the first PinGo had them. */
  readonly legacy: string;
}

/** What the first PinGo counted, of a target or of the API. */
export interface LegacyCounts {
  reply: number;
  lost: number;
  timeMs: number;
}

/** The counters of every target. A target has its series from the moment it is known until it is removed. */
export class TargetMetrics {
  readonly #series = new Map<string, Series>();
  #seesSyns = false;
  /**
   * By label text, because two nodes can share name and address for a while (one registered anew under another
   * name). They share one line, which would be no valid page twice, and which goes with the last of them.
   */
  readonly #legacy = new Map<string, SharedCounts>();

  add(target: Target): void {
    const counts = noResults();
    const labels = labelsOf(target);
    const legacy = this.#share(labels.legacy, { reply: 0, lost: 0, timeMs: 0 });
    const syns = { synSent: 0, synRetransmits: 0, rttCount: 0, rttUs: 0 };
    const rttBuckets = new Uint32Array(rttBoundsUs.length + 1);
    this.#series.set(target.key, {
      counts,
      connectCount: 0,
      connectUs: 0,
      ...syns,
      rttBuckets,
      up: undefined,
      labels,
      legacy,
    });
  }

  remove(key: string): void {
    const series = this.#series.get(key);
    if (series === undefined) return;
    this.#series.delete(key);
    this.#unshare(series);
  }

  relabel(target: Target): void {
    const series = this.#series.get(target.key);
    if (series === undefined) return;
    const labels = labelsOf(target);
    if (labels.legacy !== series.labels.legacy) {
      const { reply, lost, timeMs } = series.legacy;
      this.#unshare(series);
      series.legacy = this.#share(labels.legacy, { reply, lost, timeMs });
    }
    series.labels = labels;
  }

  record(key: string, outcome: Outcome): void {
    const series = this.#series.get(key);
    if (series === undefined) return;
    series.counts[outcome.result]++;
    // `local` says nothing about the target: whatever was known of it stays.
    if (outcome.result !== "local") series.up = outcome.result === "ok";
    if (isLost(outcome.result)) series.legacy.lost++;
    if (outcome.synSent !== undefined) this.#recordSyns(series, outcome.synSent);
    if (outcome.result !== "ok") return;
    series.legacy.reply++;
    if (outcome.rttUs !== undefined) recordRtt(series, outcome.rttUs);
    if (outcome.connectUs === undefined) return;
    series.connectCount++;
    series.connectUs += outcome.connectUs;
    series.legacy.timeMs += usToMs(outcome.connectUs);
  }

  /** Writes the families of targets; `api` stands beside the nodes in the old ones. */
  write(page: Page, api: { readonly labels: string; readonly counts: LegacyCounts }): void {
    const legacy = [...this.#legacy, [api.labels, api.counts] as const];
    page.family(catalogue.reply, legacyLines(catalogue.reply.name, legacy, "reply"));
    page.family(catalogue.lost, legacyLines(catalogue.lost.name, legacy, "lost"));
    page.family(catalogue.time, legacyLines(catalogue.time.name, legacy, "timeMs"));
    page.family(catalogue.probes, this.#probeLines());
    page.family(catalogue.connect, this.#connectLines());
    // An engine that cannot see them leaves the families out: zeros would be a lie.
    if (this.#seesSyns) {
      page.family(catalogue.synSent, this.#countLines(catalogue.synSent.name, "synSent"));
      page.family(catalogue.synRetransmits, this.#countLines(catalogue.synRetransmits.name, "synRetransmits"));
      page.family(catalogue.rtt, this.#rttLines());
    }
    page.family(catalogue.up, this.#upLines());
    page.family(catalogue.info, this.#infoLines());
  }

  #recordSyns(series: Series, synSent: number): void {
    this.#seesSyns = true;
    series.synSent += synSent;
    series.synRetransmits += Math.max(0, synSent - 1);
  }

  #share(labels: string, start: LegacyCounts): SharedCounts {
    const shared = this.#legacy.get(labels) ?? { ...start, owners: 0 };
    shared.owners++;
    this.#legacy.set(labels, shared);
    return shared;
  }

  #unshare({ labels, legacy }: Series): void {
    legacy.owners--;
    if (legacy.owners === 0) this.#legacy.delete(labels.legacy);
  }

  *#probeLines(): Generator<string> {
    for (const { labels, counts } of this.#series.values()) {
      for (const result of results) {
        yield sample(catalogue.probes.name, `${labels.target},result="${result}"`, counts[result]);
      }
    }
  }

  *#connectLines(): Generator<string> {
    for (const { labels, connectCount, connectUs } of this.#series.values()) {
      yield sample(`${catalogue.connect.name}_sum`, labels.target, usToSeconds(connectUs));
      yield sample(`${catalogue.connect.name}_count`, labels.target, connectCount);
    }
  }

  *#countLines(name: string, field: "synSent" | "synRetransmits"): Generator<string> {
    for (const series of this.#series.values()) yield sample(name, series.labels.target, series[field]);
  }

  *#rttLines(): Generator<string> {
    const { name } = catalogue.rtt;
    for (const { labels, rttBuckets, rttCount, rttUs } of this.#series.values()) {
      let below = 0;
      for (const [index, bound] of rttBoundTexts.entries()) {
        below += rttBuckets[index] ?? 0;
        yield sample(`${name}_bucket`, `${labels.target},le="${bound}"`, below);
      }
      yield sample(`${name}_bucket`, `${labels.target},le="+Inf"`, rttCount);
      yield sample(`${name}_sum`, labels.target, usToSeconds(rttUs));
      yield sample(`${name}_count`, labels.target, rttCount);
    }
  }

  *#upLines(): Generator<string> {
    for (const { labels, up } of this.#series.values()) {
      if (up !== undefined) yield sample(catalogue.up.name, labels.target, up ? 1 : 0);
    }
  }

  *#infoLines(): Generator<string> {
    for (const { labels } of this.#series.values()) yield sample(catalogue.info.name, labels.info, 1);
  }
}

function recordRtt(series: Series, rttUs: number): void {
  const found = rttBoundsUs.findIndex((bound) => rttUs <= bound);
  const bucket = found === -1 ? rttBoundsUs.length : found;
  series.rttBuckets[bucket] = (series.rttBuckets[bucket] ?? 0) + 1;
  series.rttCount++;
  series.rttUs += rttUs;
}

function* legacyLines(
  name: string,
  all: readonly (readonly [string, LegacyCounts])[],
  field: keyof LegacyCounts,
): Generator<string> {
  for (const [labels, counts] of all) yield sample(name, labels, counts[field]);
}

function labelsOf(target: Target): TargetLabels {
  const { cluster, node, zone, address } = target;
  const own = labelText({ cluster, node, zone, target: address });
  const facts = { region: target.region, instance_type: target.instanceType, address_type: target.addressType };
  return {
    target: own,
    info: `${own},${labelText({ ...facts, os: target.os })}`,
    legacy: labelText({ name: target.name, target: address }),
  };
}
