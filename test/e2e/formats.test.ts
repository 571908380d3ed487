import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { pythonClient } from "../../scripts/debian.ts";
import { levels } from "../../src/metrics/catalogue.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { type FamilyMessage, nativeCounts, readFamilies } from "../support/metric-families.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";

const openMetricsType = "application/openmetrics-text;version=1.0.0";
const protobufType = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
const nodes = 6;

/** Reads OpenMetrics with Prometheus' own Python client (Debian's python3-prometheus-client) and tells what is in it. */
const reader = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.read())
print(json.dumps({f.name: [f.type, f.unit, len(f.samples)] for f in families}))
`;

for (const level of levels) {
  describe(`the page at --metrics ${level}`, { skip: process.platform === "linux" ? false : "needs Linux" }, () => {
    let sandbox: Sandbox;
    let pingo: Pingo;
    let url: string;

    before(async () => {
      sandbox = await startSandbox({ nodes });
      const env = { ...sandbox.environment(), PINGO_METRICS: level, PINGO_LISTEN: "127.0.0.1:0" };
      pingo = new Pingo(["--probe", "4"], env);
      const [, port] = await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/);
      url = `http://127.0.0.1:${port}/metrics`;
      await eventually("all nodes have answered", async () => {
        const page = new MetricsPage(await get());
        const answered = [...page.select("pingo_zone_probes_total", { result: "ok" }).values()];
        return answered.reduce((sum, value) => sum + value, 0) >= nodes;
      });
    });

    after(async () => {
      await pingo.stop();
      await sandbox.stop();
    });

    async function get(accept?: string): Promise<string> {
      const response = await fetch(url, accept === undefined ? {} : { headers: { accept } });
      assert.equal(response.status, 200);
      return await response.text();
    }

    async function getFamilies(): Promise<Map<string, FamilyMessage>> {
      const response = await fetch(url, { headers: { accept: protobufType } });
      assert.match(response.headers.get("content-type") ?? "", /^application\/vnd\.google\.protobuf;/);
      const families = readFamilies(new Uint8Array(await response.arrayBuffer()));
      return new Map(families.map((family) => [family.name, family]));
    }

    /** All three while no handshake ended between them. */
    async function atOneMoment() {
      const own = async () =>
        [...new MetricsPage(await get()).all()].filter(([series]) => /^pingo_(?!api|schedule)/.test(series));
      for (let attempt = 0; attempt < 20; attempt++) {
        const compared = await own();
        const openMetrics = new MetricsPage(await get(openMetricsType));
        const messages = await getFamilies();
        if (isDeepStrictEqual(await own(), compared)) return { compared, openMetrics, messages };
      }
      return assert.fail("the counters never stood still");
    }

    test("satisfies promtool", { skip: skipWithout("promtool") }, async () => {
      const input = await get();
      const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input, encoding: "utf8" });
      assert.deepEqual([status, stdout, stderr], [0, "", ""]);
    });

    test("is OpenMetrics to a parser that is not ours", { skip: skipWithout(pythonClient) }, async () => {
      const input = await get(openMetricsType);
      const { status, stdout, stderr } = spawnSync("/usr/bin/python3", ["-c", reader], { input, encoding: "utf8" });
      assert.deepEqual([status, stderr], [0, ""]);
      const families = JSON.parse(stdout) as Record<string, [string, string, number]>;
      assert.deepEqual(families.pingo_zone_probes?.slice(0, 2), ["counter", ""]);
      assert.deepEqual(families.pingo_zone_handshake_rtt_seconds?.slice(0, 2), ["histogram", "seconds"]);
      assert.equal(families.pingo_build?.[0], "info");
      assert.equal(families.pingo_up?.[2], level === "minimal" ? undefined : nodes);
      // Two samples of each result, the count and since when, where all is wanted.
      assert.equal(families.pingo_probes?.[2], { minimal: undefined, default: 6 * nodes, full: 12 * nodes }[level]);
      assert.equal(families.pingo_last_rtt_seconds?.[2], level === "full" ? nodes : undefined);
    });

    test("says the same in all formats", async () => {
      const { compared, openMetrics, messages } = await atOneMoment();
      assert.ok(compared.length >= 50, `${compared.length} series`);
      for (const [series, value] of compared) {
        if (series.includes("_bucket")) continue;
        assert.equal(openMetrics.all().get(series), value, series);
      }
      const values = new Map<string, number>();
      for (const { name, metric } of messages.values()) {
        for (const { label, counter, gauge, untyped, summary, histogram } of metric) {
          const labels = label.map((pair) => `${pair.name}="${pair.value}"`).join(",");
          const add = (suffix: string, value: number | undefined) =>
            value !== undefined && values.set(`${name}${suffix}${labels === "" ? "" : `{${labels}}`}`, value);
          add("", counter?.value ?? gauge?.value ?? untyped?.value);
          add("_sum", summary?.sampleSum ?? histogram?.sampleSum);
          add("_count", summary?.sampleCount ?? histogram?.sampleCount);
        }
      }
      for (const [series, value] of compared) {
        if (!series.includes("_bucket")) assert.equal(values.get(series), value, series);
      }
    });

    test("has native histograms that agree with their own count and with the classic buckets", async () => {
      const families = await getFamilies();
      for (const name of ["pingo_zone_handshake_rtt_seconds", "pingo_handshake_rtt_seconds"]) {
        const metrics = families.get(name)?.metric ?? [];
        const expected = name.includes("zone") ? 3 : nodes;
        assert.equal(metrics.length, level === "minimal" && expected === nodes ? 0 : expected, name);
        for (const { histogram } of metrics) {
          assert.ok(histogram !== undefined && histogram.schema === 3 && histogram.sampleCount > 0);
          const counts = nativeCounts(histogram);
          const sum = [...counts.values()].reduce((total, count) => total + count, histogram.zeroCount);
          assert.equal(sum, histogram.sampleCount);
          assert.equal(histogram.bucket.at(-1)?.cumulativeCount, histogram.sampleCount);
          // The sum lies between what the buckets' lower and upper bounds say.
          const bound = (shift: number) =>
            [...counts].reduce((total, [index, count]) => total + count * 2 ** ((index + shift) / 8), 0);
          assert.ok(
            histogram.sampleSum > bound(-1) && histogram.sampleSum <= bound(0) * 1.000001,
            `${name} ${bound(-1)}`,
          );
        }
      }
    });
  });
}
