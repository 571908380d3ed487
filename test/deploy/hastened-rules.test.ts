import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { hastenExpression, hastenRules, numbersOf, type Rule, type RuleFile } from "./hastened-rules.ts";

const factor = 40;
const shipped = readFileSync(new URL("../../deploy/prometheus/pingo.rules.yaml", import.meta.url), "utf8");
const rulesOf = (yaml: string): Rule[] => (parse(yaml) as RuleFile).groups.flatMap(({ rules }) => rules);
const [before, after] = [rulesOf(shipped), rulesOf(hastenRules(shipped, factor))];

describe("rules for a network that is so many times as fast", () => {
  for (const [what, expression, expected] of [
    ["a range", "rate(a_total[3m])", "rate(a_total[4500ms])"],
    [
      "a range and an offset",
      "quantile_over_time(0.5, a[1d] offset 1h)",
      "quantile_over_time(0.5, a[2160000ms] offset 90000ms)",
    ],
    ["a range of two units", "a[1h30m]", "a[135000ms]"],
    [
      "a range in seconds, as a factor",
      "avg_over_time(a:rate3m[15m]) * 900 > 10",
      "avg_over_time(a:rate3m[22500ms]) * 22.5 > 10",
    ],
    ["an age in seconds", "time() - a_timestamp_seconds > 300", "time() - a_timestamp_seconds > 7.5"],
  ] as const) {
    test(`${what} is hastened`, () => assert.equal(hastenExpression(expression, factor), expected));
  }

  for (const [what, expression] of [
    ["the name of a recording", "zone:a:p50_15m > node:a:bool3m"],
    ["a label's value", `a{b="5m",c='6m',d=~\`7m\`} > 0`],
    ["a share, a count and a length of time on the wire", "a > 0.01 and b > 60 and c > 0.0005 and 2 * d > 1e3"],
    ["a factor that is not the range's seconds", "avg_over_time(a) * 900"],
  ] as const) {
    test(`${what} stays`, () => assert.equal(hastenExpression(expression, factor), expression));
  }

  test("what would be no whole millisecond is refused", () => {
    assert.throws(() => hastenExpression("a[1s]", 7), /1s \/ 7 is 142\.\d+ ms/);
  });

  test("each duration of the shipped rules is hastened, and their names and texts stay", () => {
    const told = ({ record, alert, expr: _, for: __, keep_firing_for: ___, ...rest }: Rule) => [record, alert, rest];
    assert.deepEqual(after.map(told), before.map(told));
    const times = (rules: readonly Rule[]) =>
      rules.flatMap((rule) => [
        ...[...rule.expr.matchAll(/\[(\w+)\]|offset (\w+)/g)].map(([, range, offset]) => seconds(range ?? offset)),
        ...[rule.for, rule.keep_firing_for].filter((text) => text !== undefined).map(seconds),
      ]);
    assert.ok(times(before).length > 50);
    assert.deepEqual(
      times(after),
      times(before).map((time) => time / factor),
    );
  });

  // A new number here: is it a number of seconds? Then hastened-rules.ts has to know its place.
  test("of the numbers in the shipped rules, those of seconds are hastened and just these are not", () => {
    const [were, are] = [before, after].map((rules) => rules.flatMap(({ expr }) => numbersOf(expr)));
    const changed = were?.flatMap((number, index) => (number === are?.[index] ? [] : [[number, are?.[index]]]));
    assert.deepEqual(changed, [
      [900, 22.5],
      [900, 22.5],
      [300, 7.5],
      [3_600, 90],
    ]);
    const same = were?.filter((number, index) => number === are?.[index]) ?? [];
    const known = [0, 0.0005, 0.005, 0.01, 0.05, 0.1, 0.5, 0.99, 1, 1.5, 2, 4, 10, 60];
    assert.deepEqual(
      [...new Set(same)].toSorted((a, b) => a - b),
      known,
    );
  });
});

function seconds(text = ""): number {
  const [, count, unit = ""] = /^(\d+)(ms|[smhd])$/.exec(text) ?? [];
  const perUnit: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };
  return (Number(count) * 1_000 * (perUnit[unit] ?? Number.NaN)) / 1_000;
}
