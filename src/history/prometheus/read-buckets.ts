import type { ResultCounts } from "../../api/v1.ts";
import { results as resultNames } from "../../outcome.ts";
import type { Bucket } from "../model.ts";
import * as expressions from "./expressions.ts";
import type { QueryClient } from "./query-client.ts";
import type { Matchers } from "./selector.ts";
import { ofClassic, ofNative, sketchOf } from "./sketch-of.ts";
import { type Asked, askSteps, type SteppedSeries } from "./stepped.ts";

/** Families of targets, or of zones. */
export interface BucketFamilies {
  readonly probes: string;
  readonly synSent: string;
  readonly synRetransmits: string;
  readonly rtt: string;
  /** What they are told apart by. */
  readonly of: string;
}

export const targetFamilies: BucketFamilies = {
  probes: "pingo_probes_total",
  synSent: "pingo_syn_sent_total",
  synRetransmits: "pingo_syn_retransmits_total",
  rtt: "pingo_handshake_rtt_seconds",
  of: expressions.ofTarget,
};

export const zoneFamilies: BucketFamilies = {
  probes: "pingo_zone_probes_total",
  synSent: "pingo_zone_syn_sent_total",
  synRetransmits: "pingo_zone_syn_retransmits_total",
  rtt: "pingo_zone_handshake_rtt_seconds",
  of: expressions.ofZone,
};

interface Draft {
  readonly results: number[];
  synSent: number;
  synRetransmits: number;
  /** By `le` in seconds. */
  readonly classic: Map<number, number>;
  readonly native: ReturnType<typeof ofNative>;
}

/** Buckets by step, of each subject that `subjectOf` names by a series' labels. */
export type Buckets = Map<string, Map<number, Bucket>>;

export async function readBuckets(
  client: QueryClient,
  families: BucketFamilies,
  matchers: Matchers,
  asked: Asked,
  subjectOf: (labels: Readonly<Record<string, string>>) => string,
): Promise<Buckets> {
  const { of } = families;
  const ask = (write: (stepMs: number) => string) => askSteps(client, write, asked);
  const [probes, sent, retransmits, classic, native] = await Promise.all([
    ask((stepMs) => expressions.results(families.probes, of, matchers, stepMs)),
    ask((stepMs) => expressions.sum(families.synSent, of, matchers, stepMs)),
    ask((stepMs) => expressions.sum(families.synRetransmits, of, matchers, stepMs)),
    ask((stepMs) => expressions.classicBuckets(families.rtt, of, matchers, stepMs)),
    ask((stepMs) => expressions.nativeBuckets(families.rtt, of, matchers, stepMs)),
  ]);
  const drafts = new Drafts(subjectOf);
  for (const { draft, value, metric } of drafts.of(probes)) {
    const index = (resultNames as readonly string[]).indexOf(metric.result ?? "");
    if (index >= 0) draft.results[index] = (draft.results[index] as number) + Math.round(value);
  }
  for (const { draft, value } of drafts.of(sent)) draft.synSent += Math.round(value);
  for (const { draft, value } of drafts.of(retransmits)) draft.synRetransmits += Math.round(value);
  for (const { draft, value, metric } of drafts.of(classic)) {
    // A target that changed its zone has a series in each.
    const le = leOf(metric.le);
    draft.classic.set(le, (draft.classic.get(le) ?? 0) + value);
  }
  drafts.addNative(native);
  return drafts.finish();
}

function leOf(text = ""): number {
  return text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);
}

class Drafts {
  readonly #subjectOf: (labels: Readonly<Record<string, string>>) => string;
  readonly #drafts = new Map<string, Map<number, Draft>>();

  constructor(subjectOf: (labels: Readonly<Record<string, string>>) => string) {
    this.#subjectOf = subjectOf;
  }

  *of(series: readonly SteppedSeries[]) {
    for (const { metric, points } of series) {
      for (const { startMs, value } of points) yield { draft: this.#at(metric, startMs), value, metric };
    }
  }

  addNative(series: readonly SteppedSeries[]): void {
    for (const { metric, histograms } of series) {
      for (const { startMs, value } of histograms) {
        this.#at(metric, startMs).native.push(...ofNative(value.buckets ?? []));
      }
    }
  }

  /** Steps without a handshake are left out. */
  finish(): Buckets {
    const buckets: Buckets = new Map();
    for (const [subject, drafts] of this.#drafts) {
      const steps = [...drafts]
        .toSorted(([a], [b]) => a - b)
        .map(([startMs, draft]) => [startMs, bucketOf(draft)] as const);
      buckets.set(subject, new Map(steps.filter(([, { results }]) => results.some((count) => count > 0))));
    }
    return buckets;
  }

  #at(metric: Readonly<Record<string, string>>, startMs: number): Draft {
    const subject = this.#subjectOf(metric);
    let steps = this.#drafts.get(subject);
    if (steps === undefined) {
      steps = new Map();
      this.#drafts.set(subject, steps);
    }
    let draft = steps.get(startMs);
    if (draft === undefined) {
      draft = { results: resultNames.map(() => 0), synSent: 0, synRetransmits: 0, classic: new Map(), native: [] };
      steps.set(startMs, draft);
    }
    return draft;
  }
}

/** Where both kinds of histogram are kept, they are of the same handshakes: the native one is finer. */
function bucketOf({ results, synSent, synRetransmits, classic, native }: Draft): Bucket {
  const latency = sketchOf(native.length > 0 ? native : ofClassic(classic));
  return { results: results as unknown as ResultCounts, synSent, synRetransmits, latency };
}
