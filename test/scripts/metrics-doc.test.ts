import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { writeMetricsDoc } from "../../scripts/metrics-doc.ts";

const doc = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

test("docs/metrics.md is what the catalogue says: npm run docs", () => {
  assert.equal(writeMetricsDoc(doc), doc);
});

test("a page without a place for a table is told of", () => {
  assert.throws(() => writeMetricsDoc(doc.replace("<!-- end zone -->", "")), /no place for the section zone/);
});
