import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type StepMs, stepsMs } from "../../src/api/queries.ts";
import { addBuckets } from "../../src/history/group-block.ts";
import type { Bucket } from "../../src/history/model.ts";
import type { Target } from "../../src/target.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../support/history-driver.ts";
import { makeTarget } from "../support/make-target.ts";
import { randomNumbers } from "../support/random-numbers.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Raw {
  readonly atMs: number;
  readonly target: Target;
  readonly rttUs: number;
}

type Distribution = (uniform: () => number) => number;
/** Round trips in microseconds: what networks do, and what they do not. */
const distributions: Record<string, Distribution> = {
  "a network as it should be": (uniform) => 300 * Math.exp(0.2 * normal(uniform)),
  "loopback, a few microseconds": (uniform) => 5 + 30 * uniform(),
  "two paths": (uniform) => (uniform() < 0.6 ? 180 : 42_000) * (1 + 0.05 * normal(uniform)),
  "a heavy tail": (uniform) => 200 / (1 - uniform()) ** 1.5,
  "anything from 10 us to 100 s": (uniform) => 10 ** (1 + 7 * uniform()),
  "always the same": () => 777,
};
const rangeMs = 8 * hourMs;
const shares = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1];

function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function targets(): Target[] {
  return Array.from({ length: 9 }, (_, index) =>
    makeTarget({ node: `n${index}`, address: `192.0.2.${index}:10250`, zone: `zone-${index % 3}` }),
  );
}

function record(driver: HistoryDriver, distribution: Distribution, random: (below: number) => number): Raw[] {
  const all = targets();
  driver.add(...all);
  const raw: Raw[] = [];
  const uniform = () => random(2 ** 30) / 2 ** 30;
  while (driver.nowUnixMs < startUnixMs + rangeMs - 15_000) {
    for (const target of all) {
      const rttUs = Math.min(1e8, Math.max(1, distribution(uniform)));
      driver.reply(target, rttUs);
      raw.push({ atMs: driver.nowUnixMs, target, rttUs });
    }
    driver.pass(15_000);
  }
  return raw;
}

/** The percentile by nearest rank of what was measured itself. */
function nearestRank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] as number;
}

function assertLike(bucket: Bucket | undefined, raw: readonly Raw[], what: string): void {
  assert.ok(bucket, what);
  assert.deepEqual(bucket.results, [raw.length, 0, 0, 0, 0, 0], what);
  assert.equal(bucket.synSent, raw.length, what);
  assert.equal(bucket.latency.count, raw.length, what);
  const sorted = raw.map(({ rttUs }) => rttUs).sort((a, b) => a - b);
  for (const share of shares) {
    const told = bucket.latency.quantile(share) as number;
    const truth = nearestRank(sorted, share);
    assert.ok(Math.abs(told - truth) <= 0.02 * truth, `${what}: p${100 * share} is told as ${told}, and is ${truth}`);
  }
}

/** Ranges of every step's length, at places that chance picks. */
function ranges(random: (below: number) => number): { stepMs: StepMs; fromMs: number; toMs: number }[] {
  return stepsMs.flatMap((stepMs) => {
    const steps = Math.ceil(rangeMs / stepMs);
    return Array.from({ length: 3 }, () => {
      const from = random(steps);
      const to = from + 1 + random(steps - from);
      return { stepMs, fromMs: startUnixMs + from * stepMs, toMs: startUnixMs + to * stepMs };
    });
  });
}

function check(driver: HistoryDriver, raw: readonly Raw[], random: (below: number) => number): void {
  for (const { stepMs, fromMs, toMs } of ranges(random)) {
    const within = raw.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    const what = `${(fromMs - startUnixMs) / minuteMs} to ${(toMs - startUnixMs) / minuteMs} min by ${stepMs} ms`;
    const { key, zone } = (within[0] as Raw).target;
    const id = driver.view.target(key)?.id as number;
    const ofTarget = [...driver.view.buckets(stepMs, id, fromMs, toMs)].map(({ bucket }) => bucket);
    assertLike(
      ofTarget.reduce<Bucket | undefined>(addBuckets, undefined),
      within.filter(({ target }) => target.key === key),
      what,
    );
    const zones = [...driver.view.zones(stepMs, fromMs, toMs)].flatMap((step) => step.zones);
    const ofZone = zones.filter((of) => of.zone === zone).map(({ bucket }) => bucket);
    assertLike(
      ofZone.reduce<Bucket | undefined>(addBuckets, undefined),
      within.filter(({ target }) => target.zone === zone),
      `${zone}, ${what}`,
    );
    const ofAll = zones.map(({ bucket }) => bucket).reduce<Bucket | undefined>(addBuckets, undefined);
    assertLike(ofAll, within, `all, ${what}`);
  }
}

describe("percentiles over any range and group are within 2 % of those of the raw outcomes", () => {
  for (const [name, distribution] of Object.entries(distributions)) {
    test(name, (t) => {
      const random = randomNumbers(0x51ed);
      const path = `${temporaryFolder(t)}/history`;
      const driver = new HistoryDriver({ path });
      const raw = record(driver, distribution, random);
      check(driver, raw, random);
      driver.close();
      const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs });
      check(reopened, raw, random);
      reopened.close();
    });
  }
});
