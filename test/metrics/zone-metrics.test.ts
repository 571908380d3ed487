import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { catalogue, type Family, isOnPage, levels } from "../../src/metrics/catalogue.ts";
import { BucketBounds } from "../../src/metrics/histogram/bucket-bounds.ts";
import { TargetMetrics } from "../../src/metrics/target-metrics.ts";
import type { Outcome } from "../../src/outcome.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { makeTarget } from "../support/make-target.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { textPage } from "../support/written-page.ts";

const ok = (rttUs: number): Outcome => ({
  probe: "tcp",
  path: 0,
  startedMs: 0,
  result: "ok",
  connectUs: rttUs,
  rttUs,
  synSent: 1,
});
const lost: Outcome = { probe: "tcp", path: 0, startedMs: 0, result: "timeout", code: "DEADLINE", synSent: 3 };
const local: Outcome = { probe: "tcp", path: 0, startedMs: 0, result: "local", code: "EMFILE" };

const inZone = (node: string, zone: string, cluster = "c") => makeTarget({ key: node, node, zone, cluster });
const a1 = inZone("a1", "a");
const a2 = inZone("a2", "a");
const b1 = inZone("b1", "b");

function fresh(level: "minimal" | "default" = "minimal"): TargetMetrics {
  return new TargetMetrics({ level, bounds: new BucketBounds([1_000]), clock: new FakeClock() });
}

function pageOf(metrics: TargetMetrics): MetricsPage {
  return new MetricsPage(textPage(metrics.page().families([])));
}

describe("a zone", () => {
  test("counts the handshakes with all of its targets, and no others", () => {
    const metrics = fresh();
    for (const target of [a1, a2, b1]) metrics.add(target);
    for (const [target, outcome] of [
      [a1, ok(500)],
      [a2, ok(1_500)],
      [a2, lost],
      [b1, ok(10)],
      [b1, local],
    ] as const) {
      metrics.record(target.key, outcome);
    }
    const page = pageOf(metrics);
    const value = (family: string, labels = {}) => page.value(family, { zone: "a", cluster: "c", ...labels });
    assert.equal(value("pingo_zone_targets"), 2);
    assert.equal(value("pingo_zone_targets_up"), 1, "the last of a2 was lost");
    assert.equal(value("pingo_zone_probes_total", { result: "ok" }), 2);
    assert.equal(value("pingo_zone_probes_total", { result: "timeout" }), 1);
    assert.equal(value("pingo_zone_probes_total", { result: "local" }), 0);
    assert.equal(value("pingo_zone_syn_sent_total"), 5);
    assert.equal(value("pingo_zone_syn_retransmits_total"), 2);
    assert.equal(value("pingo_zone_handshake_rtt_seconds_bucket", { le: "0.001" }), 1);
    assert.equal(value("pingo_zone_handshake_rtt_seconds_count"), 2);
    assert.equal(value("pingo_zone_handshake_rtt_seconds_sum"), 0.002);
    assert.equal(page.value("pingo_zone_targets_up", { zone: "b" }), 1);
  });

  test("keeps its counts when a target leaves, and goes with the last", () => {
    const metrics = fresh();
    for (const target of [a1, a2]) metrics.add(target);
    metrics.record(a1.key, ok(1));
    metrics.remove(a1.key);
    assert.equal(pageOf(metrics).value("pingo_zone_probes_total", { zone: "a", result: "ok" }), 1);
    assert.equal(pageOf(metrics).value("pingo_zone_targets", { zone: "a" }), 1);
    metrics.remove(a2.key);
    assert.equal(pageOf(metrics).all().size, 0);
    metrics.add(a1);
    assert.equal(pageOf(metrics).value("pingo_zone_probes_total", { zone: "a", result: "ok" }), 0);
  });

  test("is another one in another cluster, and one without a name is one too", () => {
    const metrics = fresh();
    for (const target of [a1, inZone("x", "a", "d"), inZone("y", "")]) metrics.add(target);
    const { size } = pageOf(metrics).select("pingo_zone_targets");
    assert.equal(size, 3);
    assert.equal(pageOf(metrics).value("pingo_zone_targets", { zone: "" }), 1);
  });

  test("is left by a target whose label changes; what was counted stays where it was", () => {
    const metrics = fresh();
    for (const target of [a1, a2]) metrics.add(target);
    metrics.record(a1.key, ok(1));
    metrics.relabel({ ...a1, zone: "b" });
    metrics.record(a1.key, ok(1));
    metrics.record(a1.key, ok(1));
    const page = pageOf(metrics);
    assert.equal(page.value("pingo_zone_probes_total", { zone: "a", result: "ok" }), 1);
    assert.equal(page.value("pingo_zone_probes_total", { zone: "b", result: "ok" }), 2);
    assert.deepEqual([...page.select("pingo_zone_targets").values()], [1, 1]);
    metrics.remove(a1.key);
    assert.equal(pageOf(metrics).value("pingo_zone_targets", { zone: "b" }), undefined);
  });
});

describe("the level", () => {
  test("minimal has no series of a target", () => {
    const metrics = fresh();
    metrics.add(a1);
    metrics.record(a1.key, ok(1));
    const families = metrics.page().families([]);
    assert.ok(families.length > 0);
    assert.deepEqual(
      families.filter(({ family }) => family.of === "target").map(({ family }) => family.name),
      [],
    );
  });

  test("of each family is in those above it", () => {
    for (const family of Object.values(catalogue)) {
      const on = levels.filter((level) => isOnPage(family, level));
      assert.deepEqual(on, levels.slice(levels.indexOf(family.level)), family.name);
    }
    const families: readonly Family[] = Object.values(catalogue);
    const perTarget = families.filter((family) => family.of === "target" || family.of === "node");
    assert.ok(perTarget.every((family) => family.level !== "minimal"));
  });
});

test("a copy is of one moment: what is counted after it is not on its page", () => {
  const metrics = fresh("default");
  metrics.add(a1);
  metrics.record(a1.key, ok(500));
  const page = metrics.page();
  metrics.record(a1.key, ok(500));
  metrics.remove(a1.key);
  metrics.add(b1);
  const text = new MetricsPage(textPage(page.families([])));
  for (const family of ["pingo_handshake_rtt_seconds_count", "pingo_zone_handshake_rtt_seconds_count"]) {
    assert.deepEqual([...text.select(family).values()], [1], family);
  }
  assert.equal(text.value("pingo_probes_total", { node: "a1", result: "ok" }), 1);
  assert.equal(text.select("pingo_up", { node: "b1" }).size, 0);
});
