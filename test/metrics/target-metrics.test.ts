import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MetricsLevel } from "../../src/metrics/catalogue.ts";
import { BucketBounds, defaultBoundsUs } from "../../src/metrics/histogram/bucket-bounds.ts";
import type { LegacyCounts } from "../../src/metrics/legacy-table.ts";
import { TargetMetrics } from "../../src/metrics/target-metrics.ts";
import { type Outcome, type Result, results } from "../../src/outcome.ts";
import type { Target } from "../../src/target.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { makeTarget } from "../support/make-target.ts";
import { textPage } from "../support/written-page.ts";

const handshake = { probe: "tcp", path: 0, startedMs: 0 } as const;
const ok = (connectUs: number | undefined): Outcome => ({ ...handshake, result: "ok", connectUs });
const fail = (result: Exclude<Result, "ok">): Outcome => ({ ...handshake, result, code: "E" });

const api = { name: "API", target: "https://192.0.2.100:6443" };
const apiLabels = 'name="API",target="https://192.0.2.100:6443"';

function fresh(level: MetricsLevel = "default"): TargetMetrics {
  return new TargetMetrics({ level, bounds: new BucketBounds(defaultBoundsUs), clock: new FakeClock() });
}

function page(metrics: TargetMetrics, counts: LegacyCounts = { reply: 0, lost: 0, timeMs: 0 }): string {
  return textPage(metrics.page().families([{ labels: api, counts }]));
}

/** The samples of a family, without the API's. */
function samples(metrics: TargetMetrics, name: string): string[] {
  return page(metrics)
    .split("\n")
    .filter((line) => new RegExp(`^${name}(_sum|_count)?\\{`).test(line) && !line.includes('"API"'));
}

function recorded(target: Target, outcomes: readonly Outcome[]): TargetMetrics {
  const metrics = fresh();
  metrics.add(target);
  for (const outcome of outcomes) metrics.record(target.key, outcome);
  return metrics;
}

const a = makeTarget({
  key: "key-a",
  cluster: "c",
  node: "node-a",
  name: "a",
  zone: "z",
  region: "r",
  instanceType: "i",
  os: "linux",
  address: "1.2.3.4:10250",
});

describe("the first PinGo's families", () => {
  test("look as they looked", () => {
    const outcomes = [ok(1_500), ok(2_000), ok(500), fail("timeout"), fail("refused")];
    const text = page(recorded(a, outcomes), { reply: 7, lost: 2, timeMs: 33.25 });
    for (const line of [
      'pingo_reply{name="a",target="1.2.3.4:10250"} 3',
      'pingo_lost{name="a",target="1.2.3.4:10250"} 2',
      'pingo_time{name="a",target="1.2.3.4:10250"} 4',
      'pingo_reply{name="API",target="https://192.0.2.100:6443"} 7',
      'pingo_lost{name="API",target="https://192.0.2.100:6443"} 2',
      'pingo_time{name="API",target="https://192.0.2.100:6443"} 33.25',
      "# TYPE pingo_reply untyped",
    ]) {
      assert.ok(text.split("\n").includes(line), `${line} is not in\n${text}`);
    }
  });

  test("have the API's line even without a target", () => {
    assert.deepEqual(
      page(fresh())
        .split("\n")
        .filter((line) => line.startsWith("pingo_")),
      ["pingo_reply", "pingo_lost", "pingo_time"].map((name) => `${name}{${apiLabels}} 0`),
    );
  });

  test("count every loss and nothing that is this machine's fault", () => {
    for (const result of results) {
      if (result === "ok") continue;
      const metrics = recorded(a, [fail(result)]);
      const lost = result === "local" ? 0 : 1;
      assert.deepEqual(samples(metrics, "pingo_lost"), [`pingo_lost{name="a",target="1.2.3.4:10250"} ${lost}`], result);
      assert.deepEqual(samples(metrics, "pingo_reply"), ['pingo_reply{name="a",target="1.2.3.4:10250"} 0'], result);
    }
  });

  test("sum two nodes that share name and address: two lines of one series would spoil the page", () => {
    const metrics = recorded(a, [ok(1_000), fail("timeout")]);
    const twin = { ...a, key: "key-twin", node: "node-twin" };
    metrics.add(twin);
    metrics.record(twin.key, ok(2_000));
    assert.deepEqual(samples(metrics, "pingo_reply"), ['pingo_reply{name="a",target="1.2.3.4:10250"} 2']);
    assert.deepEqual(samples(metrics, "pingo_lost"), ['pingo_lost{name="a",target="1.2.3.4:10250"} 1']);
    assert.deepEqual(samples(metrics, "pingo_time"), ['pingo_time{name="a",target="1.2.3.4:10250"} 3']);
    assert.equal(samples(metrics, "pingo_up").length, 2, "in the new ones they differ");
    assert.deepEqual(samples(metrics, "pingo_reply"), samples(metrics, "pingo_reply"), "a scrape changes nothing");
    metrics.remove(twin.key);
    assert.deepEqual(samples(metrics, "pingo_reply"), ['pingo_reply{name="a",target="1.2.3.4:10250"} 2'], "never back");
    metrics.remove(a.key);
    assert.deepEqual(samples(metrics, "pingo_reply"), []);
  });

  test("keep their counts when the name of a target that stays becomes another", () => {
    const metrics = recorded(a, [ok(1_000), fail("timeout")]);
    metrics.relabel({ ...a, name: "renamed" });
    assert.deepEqual(samples(metrics, "pingo_reply"), ['pingo_reply{name="renamed",target="1.2.3.4:10250"} 1']);
    assert.deepEqual(samples(metrics, "pingo_lost"), ['pingo_lost{name="renamed",target="1.2.3.4:10250"} 1']);
  });

  test("keep two nodes of one name at two addresses apart, and of one address under two names", () => {
    const metrics = recorded(a, [ok(1)]);
    metrics.add({ ...a, key: "other-address", address: "1.2.3.5:10250" });
    metrics.add({ ...a, key: "other-name", name: "b" });
    assert.equal(samples(metrics, "pingo_reply").length, 3);
  });

  test("give the API's counts a line of their own, and leave the counts alone", () => {
    const counts = { reply: 7, lost: 0, timeMs: 1 };
    const metrics = recorded(makeTarget({ node: "n", name: "API", address: "1.2.3.4:10250" }), [ok(1)]);
    page(metrics, counts);
    const text = page(metrics, counts);
    assert.match(text, /^pingo_reply\{name="API",target="1.2.3.4:10250"\} 1$/m);
    assert.match(text, /^pingo_reply\{name="API",target="https:[^"]*"\} 7$/m);
  });
});

describe("the families of a target", () => {
  const labels = 'cluster="c",node="node-a",zone="z",target="1.2.3.4:10250"';

  test("are there from the moment it is known, but pingo_up says nothing yet", () => {
    const metrics = recorded(a, []);
    assert.deepEqual(
      samples(metrics, "pingo_probes_total"),
      results.map((result) => `pingo_probes_total{${labels},result="${result}"} 0`),
    );
    assert.deepEqual(samples(metrics, "pingo_connect_seconds"), [
      `pingo_connect_seconds_sum{${labels}} 0`,
      `pingo_connect_seconds_count{${labels}} 0`,
    ]);
    assert.deepEqual(samples(metrics, "pingo_target_info"), [
      `pingo_target_info{${labels},region="r",instance_type="i",address_type="InternalIP",os="linux",port="kubelet"} 1`,
    ]);
    assert.doesNotMatch(page(metrics), /pingo_up/);
  });

  test("count each result under its own name", () => {
    const metrics = recorded(a, [ok(1), ok(1), fail("timeout"), fail("refused"), fail("reset"), fail("local")]);
    const counts = samples(metrics, "pingo_probes_total").map((line) => line.replace(/.*result=/, ""));
    assert.deepEqual(counts, [
      '"ok"} 2',
      '"timeout"} 1',
      '"refused"} 1',
      '"reset"} 1',
      '"unreachable"} 0',
      '"local"} 1',
    ]);
  });

  test("take a time from replies only, and none from a reply whose time is not known", () => {
    const metrics = recorded(a, [ok(250_000), ok(undefined), fail("timeout"), ok(500_000)]);
    assert.deepEqual(samples(metrics, "pingo_connect_seconds"), [
      `pingo_connect_seconds_sum{${labels}} 0.75`,
      `pingo_connect_seconds_count{${labels}} 2`,
    ]);
    assert.deepEqual(samples(metrics, "pingo_reply"), ['pingo_reply{name="a",target="1.2.3.4:10250"} 3']);
  });

  for (const [name, outcomes, up] of [
    ["a reply", [ok(1)], 1],
    ["a reply of unknown time", [ok(undefined)], 1],
    ["a loss", [fail("timeout")], 0],
    ["a refusal", [fail("refused")], 0],
    ["the last result, not the first", [ok(1), fail("reset"), ok(1)], 1],
    ["what was known before this machine's trouble", [fail("unreachable"), fail("local")], 0],
    ["what was known before this machine's trouble, too", [ok(1), fail("local")], 1],
    ["nothing after this machine's trouble alone", [fail("local")], undefined],
  ] as const) {
    test(`pingo_up says ${name}`, () => {
      const expected = up === undefined ? [] : [`pingo_up{${labels}} ${up}`];
      assert.deepEqual(samples(recorded(a, outcomes), "pingo_up"), expected);
    });
  }

  test("escape what a node calls itself", () => {
    const evil = '"} 1\nforged{x="\\';
    const text = page(recorded({ ...a, name: evil, node: evil, zone: evil, region: evil, cluster: evil }, [ok(1)]));
    assert.doesNotMatch(text, /^forged/m);
    const shown = '\\"} 1\\nforged{x=\\"\\\\';
    assert.ok(text.includes(`pingo_reply{name="${shown}",target="1.2.3.4:10250"} 1\n`));
    assert.ok(text.includes(`pingo_up{cluster="${shown}",node="${shown}",zone="${shown}",target="1.2.3.4:10250"} 1\n`));
  });

  test("go on counting under other labels, and leave the old ones", () => {
    const metrics = recorded(a, [ok(1_000_000), fail("timeout")]);
    metrics.relabel({ ...a, zone: "new-zone", name: "new-name", region: "new-region" });
    metrics.record(a.key, ok(1_000_000));
    const text = page(metrics);
    assert.match(text, /^pingo_reply\{name="new-name",target="1.2.3.4:10250"\} 2$/m);
    assert.match(text, /^pingo_lost\{name="new-name",.*\} 1$/m);
    assert.match(text, /^pingo_connect_seconds_sum\{.*zone="new-zone".*\} 2$/m);
    assert.match(text, /^pingo_up\{.*zone="new-zone".*\} 1$/m);
    assert.match(text, /^pingo_target_info\{.*zone="new-zone",.*region="new-region".*\} 1$/m);
    assert.doesNotMatch(text, /zone="z"|name="a"|region="r"/);
  });

  test("leave no trace when it is removed, nor when an outcome comes late", () => {
    const metrics = recorded(a, [ok(1)]);
    metrics.remove(a.key);
    metrics.remove(a.key);
    metrics.record(a.key, ok(1));
    metrics.relabel(a);
    assert.equal(page(metrics), page(fresh()));
  });

  test("begin at zero when it comes back", () => {
    const metrics = recorded(a, [ok(1)]);
    metrics.remove(a.key);
    metrics.add(a);
    assert.equal(page(metrics), page(recorded(a, [])));
  });
});

test("a page names each family once and each series once, however many targets there are", () => {
  const metrics = fresh();
  for (let index = 0; index < 50; index++) {
    const target = makeTarget({ node: `n${index}`, address: `192.0.2.${index % 25}:10250`, name: `n${index % 25}` });
    metrics.add(target);
    metrics.record(target.key, ok(1));
  }
  const lines = page(metrics).trimEnd().split("\n");
  const heads = lines.filter((line) => line.startsWith("# TYPE")).map((line) => line.split(" ")[2]);
  assert.equal(new Set(heads).size, heads.length);
  const series = lines.filter((line) => !line.startsWith("#")).map((line) => line.slice(0, line.lastIndexOf(" ")));
  assert.equal(new Set(series).size, series.length);
  const perTarget = results.length + 2 + 1 + 1 + 1;
  assert.equal(series.length, 3 * (25 + 1) + 50 * perTarget + (results.length + 2));
});

test("of handshakes that overlap, the one that began last says whether the target is up", () => {
  const metrics = fresh();
  metrics.add(a);
  const record = (outcome: Outcome, startedMs: number) => metrics.record(a.key, { ...outcome, startedMs });
  const up = () => samples(metrics, "pingo_up").map((line) => line.slice(-1));
  assert.equal(record(ok(1), 1_000), true);
  assert.equal(record(fail("timeout"), 500), false, "it began before the one that was answered");
  assert.deepEqual(up(), ["1"]);
  assert.match(samples(metrics, "pingo_probes_total").join(), /result="timeout"} 1/, "and counts all the same");
  assert.equal(record(fail("timeout"), 1_500), true);
  assert.deepEqual(up(), ["0"]);
  assert.equal(record(fail("local"), 1_200), true, "this machine's trouble is told of whenever it is");
  assert.deepEqual(up(), ["0"]);
});
