import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Palette, palettes, type Scheme } from "../../web/draw/palette.ts";
import { contrast, distance, type Eyes, luminance } from "./colour-math.ts";

const kinds = ["latency", "syn", "loss"] as const;
const levels = [1, 2, 3] as const;
const everyEyes: readonly Eyes[] = ["all", "protan", "deutan", "tritan"];

for (const scheme of ["light", "dark"] as const satisfies readonly Scheme[]) {
  const { inks, page, text, muted, lossScale, latencyScale }: Palette = palettes[scheme];

  describe(`the ${scheme} palette`, () => {
    for (const eyes of everyEyes) {
      test(`tells kinds of one level apart, to ${eyes} eyes`, () => {
        for (const level of levels) {
          for (const [a, b] of [
            ["latency", "syn"],
            ["latency", "loss"],
            ["syn", "loss"],
          ] as const) {
            const apart = distance(inks[`${a}${level}`].fill, inks[`${b}${level}`].fill, eyes);
            assert.ok(apart >= 9, `${a}${level} and ${b}${level}: ${apart.toFixed(1)}`);
          }
        }
      });

      test(`tells trouble from what is fine, and level from level, to ${eyes} eyes`, () => {
        for (const kind of kinds) {
          const fills = [inks.ok, ...levels.map((level) => inks[`${kind}${level}`])].map(({ fill }) => fill);
          for (const [index, fill] of fills.slice(1).entries()) {
            const apart = distance(fill, fills[index] ?? "", eyes);
            assert.ok(apart >= 5, `${kind}${index + 1}: ${apart.toFixed(1)}`);
          }
        }
      });
    }

    test("gets darker, or lighter, with each level, and higher", () => {
      const isRising = scheme === "dark";
      for (const kind of kinds) {
        const [one, two, three] = levels.map((level) => inks[`${kind}${level}`]);
        assert.ok(one && two && three);
        assert.ok(one.height < two.height && two.height < three.height);
        const lights = [one, two, three].map(({ fill }) => luminance(fill));
        const sorted = lights.toSorted((a, b) => (isRising ? a - b : b - a));
        assert.deepEqual(lights, sorted);
      }
      for (const scale of [lossScale, latencyScale]) {
        const lights = scale.map(({ fill }) => luminance(fill));
        assert.deepEqual(
          lights,
          lights.toSorted((a, b) => (isRising ? a - b : b - a)),
        );
      }
    });

    test("is to be seen: the worst stands out from the page, text can be read", () => {
      for (const kind of kinds) assert.ok(contrast(inks[`${kind}3`].fill, page) >= 3, kind);
      assert.ok(contrast(text, page) >= 7);
      assert.ok(contrast(muted, page) >= 4.5);
    });
  });
}
