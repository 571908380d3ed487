import assert from "node:assert/strict";
import { test } from "node:test";
import { formatGoFloat } from "../../../src/metrics/exposition/go-float.ts";
import { openMetrics, prometheusText } from "../../../src/metrics/exposition/text-dialects.ts";

const dialect = openMetrics(() => true);

// What strconv.FormatFloat(f, 'g', -1, 64) of Go 1.19 says, and its form in OpenMetrics.
for (const [value, go, open = go] of [
  [5e-324, "5e-324"],
  [1.5e-10, "1.5e-10"],
  [1e-7, "1e-07"],
  [0.0000015, "1.5e-06"],
  [0.00001, "1e-05"],
  [0.000025, "2.5e-05"],
  [0.00005, "5e-05"],
  [0.0001, "0.0001"],
  [0.00025, "0.00025"],
  [0.5, "0.5"],
  [0, "0", "0.0"],
  [1, "1", "1.0"],
  [2.5, "2.5"],
  [-10, "-10", "-10.0"],
  [100_000, "100000", "100000.0"],
  [999_999, "999999", "999999.0"],
  [999_999.5, "999999.5"],
  [1_000_000, "1e+06"],
  [1_048_576, "1.048576e+06"],
  [1e20, "1e+20"],
  [1e21, "1e+21"],
  [1e100, "1e+100"],
  [Number.POSITIVE_INFINITY, "+Inf"],
  [Number.NEGATIVE_INFINITY, "-Inf"],
  [Number.NaN, "NaN"],
] as const) {
  test(`a bound of ${value} is ${go}, in OpenMetrics ${open}`, () => {
    assert.equal(formatGoFloat(value), go);
    assert.equal(prometheusText.bound(value), go);
    assert.equal(dialect.bound(value), open);
  });
}
