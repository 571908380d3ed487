import { type Result, results } from "../../../src/outcome.ts";

/** A target whose handshakes a test knows. */
export interface PastTarget {
  readonly cluster: string;
  readonly node: string;
  readonly zone: string;
  readonly target: string;
  /** What its handshakes give between one scrape and the next; undefined where it is not there. */
  readonly at: (scrape: number) => PastScrape | undefined;
}

export interface PastScrape {
  readonly counts: Partial<Record<Result, number>>;
  readonly synRetransmits?: number;
  readonly rttsUs: readonly number[];
  /** PinGo began anew before this one, and counts from zero. */
  readonly isReset?: boolean;
}

const boundsSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

interface Counters {
  readonly probes: Record<string, number>;
  sent: number;
  retransmits: number;
  rttSum: number;
  readonly rtts: number[];
}

const zero = (): Counters => ({
  probes: Object.fromEntries(results.map((result) => [result, 0])),
  sent: 0,
  retransmits: 0,
  rttSum: 0,
  rtts: [...boundsSeconds, 0].map(() => 0),
});

/** OpenMetrics text with timestamps of so many scrapes, from `firstMs` on. */
export function writePast(
  targets: readonly PastTarget[],
  firstMs: number,
  everyMs: number,
  scrapes: number,
  isApiUp = (_scrape: number) => true,
): string {
  const families = new Map<string, string[]>();
  const add = (family: string, line: string) => {
    const lines = families.get(family) ?? [];
    families.set(family, lines);
    lines.push(line);
  };
  const ofTargets = new Map<PastTarget, Counters>();
  const ofZones = new Map<string, Counters>();
  for (let scrape = 0; scrape < scrapes; scrape++) {
    const at = (firstMs + scrape * everyMs) / 1_000;
    const written = new Set<string>();
    for (const target of targets) {
      const scraped = target.at(scrape);
      const zone = labels({ cluster: target.cluster, zone: target.zone });
      if (scraped === undefined) continue;
      if (scraped.isReset === true) ofTargets.delete(target);
      const own = ofTargets.get(target) ?? zero();
      const sum = ofZones.get(zone) ?? zero();
      ofTargets.set(target, count(own, scraped));
      ofZones.set(zone, count(sum, scraped));
      written.add(zone);
      const { cluster, node } = target;
      const name = labels({ cluster, node, zone: target.zone, target: target.target });
      write((family, line) => add(family, line), "pingo_", name, own, at);
      const isUp = (scraped.counts.ok ?? 0) > 0;
      add("pingo_up gauge", `pingo_up{${name}} ${isUp ? 1 : 0} ${at}`);
      add(
        "pingo_target gauge",
        `pingo_target_info{${name},region="r",instance_type="t",os="linux",port="kubelet"} 1 ${at}`,
      );
      add("pingo_node_ready gauge", `pingo_node_ready{${labels({ cluster, node })}} 1 ${at}`);
    }
    for (const zone of written)
      write((family, line) => add(family, line), "pingo_zone_", zone, ofZones.get(zone) ?? zero(), at);
    add("pingo_api_up gauge", `pingo_api_up{cluster="a"} ${isApiUp(scrape) ? 1 : 0} ${at}`);
  }
  const text = [...families].map(([family, lines]) => `# TYPE ${family}\n${lines.join("\n")}\n`).join("");
  return `${text}# EOF\n`;
}

function count(counters: Counters, { counts, synRetransmits = 0, rttsUs }: PastScrape): Counters {
  for (const [result, number] of Object.entries(counts)) {
    counters.probes[result] = (counters.probes[result] ?? 0) + number;
    counters.sent += number;
  }
  counters.sent += synRetransmits;
  counters.retransmits += synRetransmits;
  for (const us of rttsUs) {
    counters.rttSum += us / 1e6;
    for (const [index, bound] of [...boundsSeconds, Number.POSITIVE_INFINITY].entries()) {
      if (us / 1e6 <= bound) counters.rtts[index] = (counters.rtts[index] ?? 0) + 1;
    }
  }
  return counters;
}

function write(
  add: (family: string, line: string) => void,
  prefix: string,
  name: string,
  counters: Counters,
  at: number,
) {
  for (const [result, number] of Object.entries(counters.probes)) {
    add(`${prefix}probes counter`, `${prefix}probes_total{${name},result="${result}"} ${number} ${at}`);
  }
  add(`${prefix}syn_sent counter`, `${prefix}syn_sent_total{${name}} ${counters.sent} ${at}`);
  add(`${prefix}syn_retransmits counter`, `${prefix}syn_retransmits_total{${name}} ${counters.retransmits} ${at}`);
  const rtt = `${prefix}handshake_rtt_seconds`;
  for (const [index, bound] of [...boundsSeconds, "+Inf"].entries()) {
    add(`${rtt} histogram`, `${rtt}_bucket{${name},le="${bound}"} ${counters.rtts[index]} ${at}`);
  }
  add(`${rtt} histogram`, `${rtt}_sum{${name}} ${counters.rttSum} ${at}`);
  add(`${rtt} histogram`, `${rtt}_count{${name}} ${counters.rtts.at(-1)} ${at}`);
}

function labels(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",");
}
