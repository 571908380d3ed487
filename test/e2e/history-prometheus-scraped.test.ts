import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HistoryAnswer } from "../../src/api/v1.ts";
import { systemClock } from "../../src/clock.ts";
import { PrometheusHistory } from "../../src/history/prometheus/prometheus-history.ts";
import { keyOf } from "../../src/history/prometheus/target-key.ts";
import { BucketBounds, defaultBoundsUs } from "../../src/metrics/histogram/bucket-bounds.ts";
import { bucketsPerOctave } from "../../src/metrics/histogram/native-scale.ts";
import { TargetMetrics } from "../../src/metrics/target-metrics.ts";
import { tell } from "../support/figures.ts";
import { makeTarget } from "../support/make-target.ts";
import { skipWithout } from "../support/need.ts";
import { Prometheus } from "../support/prometheus.ts";
import { randomNumbers } from "../support/random-numbers.ts";
import { serveTargetMetrics } from "../support/serve-target-metrics.ts";

const minuteMs = 60_000;
const scrapeSeconds = 2;
const everyMs = 20;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a history of PinGo's own page, scraped", { skip: skipWithout("prometheus") }, () => {
  test("gives the handshakes of a minute and their percentiles, from native and from classic histograms", {
    timeout: 240_000,
  }, async (t) => {
    const bounds = new BucketBounds(defaultBoundsUs);
    const metrics = new TargetMetrics({ level: "default", bounds, clock: systemClock });
    const target = makeTarget({ key: "k", node: "known", cluster: "c", zone: "z" });
    metrics.add(target);
    const { server, at } = await serveTargetMetrics(metrics);
    t.after(() => server.stop());
    const scraped = [{ job: "pingo", target: at }];
    const random = randomNumbers(11);
    const made: { readonly atMs: number; readonly rttUs: number }[] = [];
    const making = setInterval(() => {
      // From 100 us to 100 ms, each octave as likely.
      const rttUs = Math.round(100 * 1_000 ** (random(1e6) / 1e6));
      made.push({ atMs: Date.now(), rttUs });
      const startedMs = performance.now();
      metrics.record("k", { probe: "tcp", path: 0, startedMs, result: "ok", connectUs: rttUs, rttUs, synSent: 1 });
    }, everyMs);
    t.after(() => clearInterval(making));
    const prometheuses = await Promise.all(
      [true, false].map((native) => Prometheus.start({ scraped, seconds: scrapeSeconds, native })),
    );
    t.after(() => Promise.all(prometheuses.map((prometheus) => prometheus.stop())));
    // A whole minute with a scrape before it.
    const startMs = (Math.floor((Date.now() + 3_000 * scrapeSeconds) / minuteMs) + 1) * minuteMs;
    await wait(startMs + minuteMs + 1_000 * scrapeSeconds - Date.now());
    const inMinute = made.filter(({ atMs }) => atMs >= startMs && atMs < startMs + minuteMs);
    const rttsUs = inMinute.map(({ rttUs }) => rttUs).toSorted((a, b) => a - b);

    for (const [index, prometheus] of prometheuses.entries()) {
      const url = new URL(prometheus.url);
      const history = new PrometheusHistory({ url, tokenFile: undefined, clock: systemClock });
      t.after(() => history.stop());
      const key = keyOf({ cluster: "c", node: "known", target: target.address });
      const query = { fromMs: startMs, toMs: startMs + minuteMs, key, cluster: "", zone: undefined };
      const answer = await history.ask({ ask: "history", query });
      assert.ok(answer instanceof Uint8Array, JSON.stringify(answer));
      const { series, facts } = JSON.parse(Buffer.from(answer).toString()) as HistoryAnswer;
      const [ok] = series.results[0] ?? [0];
      const kind = index === 0 ? "native" : "classic";
      // What was made after the last scrape of the minute is told by the first one of the next.
      assert.ok(
        Math.abs(ok - inMinute.length) <= (1.5 * 1_000 * scrapeSeconds) / everyMs,
        `${ok} of ${inMinute.length}`,
      );
      assert.equal(facts?.zone, "z");
      for (const [share, us] of [
        [0.5, series.latency[0]?.p50Us],
        [0.9, series.latency[0]?.p90Us],
        [0.99, series.latency[0]?.p99Us],
      ] as const) {
        const exact = rttsUs[Math.ceil(share * rttsUs.length) - 1] as number;
        // A native bucket, a little for the seconds that differ; classic ones lie a factor of 2.5 apart.
        const most = (index === 0 ? 2 ** (1 / bucketsPerOctave) : 2.5) * 1.05;
        const ratio = (us ?? 0) / exact;
        assert.ok(ratio < most && ratio > 1 / most, `${kind}, p${100 * share}: ${us}, exactly ${exact}`);
        tell(t, { [`${kind}_p${100 * share}_off_percent`]: 100 * (ratio - 1) });
      }
    }
  });
});
