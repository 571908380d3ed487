import { type Matchers, selector } from "./selector.ts";

/** Several PinGos, shards and scrapes of one target are one: what else tells series apart is added up. */
export const ofTarget = "cluster, node, zone, target";
export const ofZone = "cluster, zone";
const lost = "timeout|refused|reset|unreachable";
const known = "ok|timeout|refused|reset|unreachable";

/** `60s`, and `23456ms`: a step that goes on has no whole seconds, and what is rounded off would be in no step, or in two. */
export function duration(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${Math.round(ms)}ms`;
}

/**
 * What a counter has gained in the step before: the difference of what it was at both ends, which is a whole number and
 * adds up over steps, as increase() does not, because that extrapolates. Where a counter began anew or was not there at
 * the beginning, increase() has to do.
 */
export function gained(counter: string, stepMs: number): string {
  const window = `[${duration(stepMs)}]`;
  const difference = `(${counter} - ${counter} offset ${duration(stepMs)})`;
  return `((${difference} and resets(${counter}${window}) == 0) or increase(${counter}${window}))`;
}

/** Handshakes by result. */
export function results(family: string, of: string, matchers: Matchers, stepMs: number): string {
  return `sum by (${of}, result) (${gained(family + selector(matchers), stepMs)})`;
}

export function sum(family: string, of: string, matchers: Matchers, stepMs: number): string {
  return `sum by (${of}) (${gained(family + selector(matchers), stepMs)})`;
}

/** Classic buckets, each with those below it in it. */
export function classicBuckets(family: string, of: string, matchers: Matchers, stepMs: number): string {
  return `sum by (${of}, le) (${gained(`${family}_bucket${selector(matchers)}`, stepMs)})`;
}

/** The same of native histograms, which take no difference in every Prometheus that has them. */
export function nativeBuckets(family: string, of: string, matchers: Matchers, stepMs: number): string {
  return `sum by (${of}) (increase(${family}${selector(matchers)}[${duration(stepMs)}]))`;
}

/** Share of lost handshakes, only where there are any: few of thousands of targets have some. */
export function lossShare(matchers: Matchers, stepMs: number): string {
  const sumOf = (which: string) => {
    const counter = `pingo_probes_total${selector(matchers, `result=~"${which}"`)}`;
    return `sum by (${ofTarget}) (${gained(counter, stepMs)})`;
  };
  return `(${sumOf(lost)} > 0) / on (${ofTarget}) ${sumOf(known)}`;
}

/** Share of SYNs that were retransmits, only where there are any. */
export function retransmitShare(matchers: Matchers, stepMs: number): string {
  const some = sum("pingo_syn_retransmits_total", ofTarget, matchers, stepMs);
  return `(${some} > 0) / on (${ofTarget}) ${sum("pingo_syn_sent_total", ofTarget, matchers, stepMs)}`;
}

/** What a fleet's heat is made of: a part of a whole, each of counters that are added up. */
export const shares = {
  loss: { part: ["pingo_probes_total", `result=~"${lost}"`], whole: ["pingo_probes_total", `result=~"${known}"`] },
  retransmits: { part: ["pingo_syn_retransmits_total"], whole: ["pingo_syn_sent_total"] },
} as const;

/**
 * What the sum of a target's counters has gained, where it has: of thousands of targets gained() takes Prometheus many
 * seconds, and this a fraction of that. Where a counter began anew in the step, or a target, it says nothing.
 */
export function quicklyGained(
  [family, ...written]: readonly [string, ...string[]],
  matchers: Matchers,
  stepMs: number,
) {
  const counter = family + selector(matchers, ...written);
  return `(sum by (${ofTarget}) (${counter}) - sum by (${ofTarget}) (${counter} offset ${duration(stepMs)})) > 0`;
}

/** Which result a lost handshake of the last minutes had, for those that have one. */
export function recentLosses(matchers: Matchers): string {
  const counter = `pingo_probes_total${selector(matchers, `result=~"${lost}"`)}`;
  return `sum by (${ofTarget}, result) (increase(${counter}[5m])) > 0`;
}

export function median(family: string, of: string, matchers: Matchers, windowMs: number): string {
  const of_ = selector(matchers);
  const window = `[${duration(windowMs)}]`;
  const classic = `histogram_quantile(0.5, sum by (${of}, le) (rate(${family}_bucket${of_}${window})))`;
  return `${classic} or histogram_quantile(0.5, sum by (${of}) (rate(${family}${of_}${window})))`;
}

/** The last round trip where there is a series of it (`--metrics full`), else the mean of the last two minutes. */
export function lastRtt(matchers: Matchers): string {
  const of_ = selector(matchers);
  const family = "pingo_handshake_rtt_seconds";
  const mean = (sum: string, count: string) => `sum by (${ofTarget}) (${sum}) / (sum by (${ofTarget}) (${count}) > 0)`;
  const classic = mean(`rate(${family}_sum${of_}[2m])`, `rate(${family}_count${of_}[2m])`);
  const native = mean(`histogram_sum(rate(${family}${of_}[2m]))`, `histogram_count(rate(${family}${of_}[2m]))`);
  return `max by (${ofTarget}) (pingo_last_rtt_seconds${of_}) or (${classic}) or (${native})`;
}

/** Where a gauge is another than a step ago, what it is. */
export function flips(family: string, of: string, matchers: Matchers, stepMs: number): string {
  const gauge = family + selector(matchers);
  const before = `min by (${of}) (${gauge} offset ${duration(stepMs)})`;
  return `min by (${of}) (${gauge}) != on (${of}) ${before}`;
}

/** Where those targets are that are not there at both ends of the range. */
export function comingsAndGoings(matchers: Matchers): string {
  const up = `pingo_up${selector(matchers)}`;
  // Only then added up: of thousands there are few left.
  return `max by (${ofTarget}) (${up} unless on (${ofTarget}) (${up} @ start() and on (${ofTarget}) ${up} @ end()))`;
}

/** Series of targets that are in another zone than a step ago: where they are now, and where they were. */
export function zoneChanges(matchers: Matchers, stepMs: number): { readonly to: string; readonly from: string } {
  const now = `pingo_up${selector(matchers)}`;
  const before = `${now} offset ${duration(stepMs)}`;
  const name = "cluster, node, target";
  const begun = `(max by (${ofTarget}) (${now}) unless on (${ofTarget}) (${before}))`;
  return {
    to: `${begun} and on (${name}) (${before})`,
    from: `max by (${ofTarget}) (${before}) and on (${name}) ${begun}`,
  };
}

/** Clusters and zones that are there, whatever `--metrics` says: few series, however many targets. */
export const places = `group by (${ofZone}) (pingo_zone_probes_total) or group by (cluster) (pingo_api_up)`;

/** Handshakes that told of a target, of those targets of which none has in the last minutes before the end. */
export function silentTargets(matchers: Matchers, silentMs: number): string {
  const told = `pingo_probes_total${selector(matchers, `result=~"${known}"`)}`;
  const still = `sum by (${ofTarget}) (increase(${told}[${duration(silentMs)}] @ end())) == 0`;
  return `sum by (${ofTarget}) (${told}) and on (${ofTarget}) (${still})`;
}

/** Targets of which handshakes failed in the last minutes because of PinGo's own machine. */
export function localFaults(matchers: Matchers, silentMs: number): string {
  const counter = `pingo_probes_total${selector(matchers, 'result="local"')}`;
  return `sum by (${ofTarget}) (increase(${counter}[${duration(silentMs)}])) > 0`;
}

/** Where anything was measured at all. */
export function measured(matchers: Matchers): string {
  return `count by (${ofZone}) (pingo_up${selector(matchers)})`;
}
