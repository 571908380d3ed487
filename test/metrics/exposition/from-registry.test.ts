import assert from "node:assert/strict";
import { test } from "node:test";
import { openMetrics } from "../../../src/metrics/exposition/text-dialects.ts";
import { TextWriter } from "../../../src/metrics/exposition/text-writer.ts";
import { Families } from "../../../src/metrics/families.ts";
import { textPage, writtenBy } from "../../support/written-page.ts";

const of = { help: "Help.", of: "process", level: "minimal" } as const;

function families(): Families {
  const made = new Families();
  made.gauge({ ...of, name: "g_info", type: "info", labels: ["x"] }).set({ x: "1" }, 1);
  const counter = made.counter({ ...of, name: "c_total", type: "counter", labels: ["a"] });
  counter.inc({ a: "1" }, 2);
  counter.inc({ a: "2" }, 3);
  const histogram = made.histogram({ ...of, name: "h_seconds", type: "histogram", labels: ["a"] }, [0.5, 1]);
  for (const seconds of [0.25, 0.75, 2]) histogram.observe({ a: "1" }, seconds);
  histogram.observe({ a: "2" }, 1);
  made.histogram({ ...of, name: "plain", type: "histogram", labels: [] }, [1]).observe(3);
  return made;
}

test("what prom-client keeps is written as the rest of the page", async () => {
  const page = textPage(await families().series(7));
  assert.deepEqual(
    page.split("\n").filter((line) => line !== "" && !line.startsWith("# HELP")),
    [
      "# TYPE g_info gauge",
      'g_info{x="1"} 1',
      "# TYPE c_total counter",
      'c_total{a="1"} 2',
      'c_total{a="2"} 3',
      "# TYPE h_seconds histogram",
      'h_seconds_bucket{a="1",le="0.5"} 1',
      'h_seconds_bucket{a="1",le="1"} 2',
      'h_seconds_bucket{a="1",le="+Inf"} 3',
      'h_seconds_sum{a="1"} 3',
      'h_seconds_count{a="1"} 3',
      'h_seconds_bucket{a="2",le="0.5"} 0',
      'h_seconds_bucket{a="2",le="1"} 1',
      'h_seconds_bucket{a="2",le="+Inf"} 1',
      'h_seconds_sum{a="2"} 1',
      'h_seconds_count{a="2"} 1',
      "# TYPE plain histogram",
      'plain_bucket{le="1"} 0',
      'plain_bucket{le="+Inf"} 1',
      "plain_sum 3",
      "plain_count 1",
    ],
  );
});

test("and says in OpenMetrics since when it counts", async () => {
  const page = writtenBy(new TextWriter(openMetrics(() => true)), await families().series(7.5)).toString();
  assert.deepEqual(
    page.split("\n").filter((line) => line.includes("_created")),
    [
      'c_created{a="1"} 7.5',
      'c_created{a="2"} 7.5',
      'h_seconds_created{a="1"} 7.5',
      'h_seconds_created{a="2"} 7.5',
      "plain_created 7.5",
    ],
  );
  assert.match(page, /^# TYPE g info$/m);
});
