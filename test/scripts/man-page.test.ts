import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { manPage } from "../../scripts/man-page.ts";
import { optionNames } from "../../src/config/options.ts";
import { version } from "../../src/version.ts";
import { skipWithout } from "../support/need.ts";

const path = fileURLToPath(new URL("../../man/pingo.1", import.meta.url));

describe("pingo(1)", () => {
  test("is what the table of options says; npm run docs writes it", () => {
    assert.equal(readFileSync(path, "utf8"), manPage(version()));
  });

  test("is drawn by groff without a warning, with every option in it", { skip: skipWithout("groff") }, () => {
    const args = ["-man", "-Tutf8", "-ww", "-rHY=0", "-P-cbou", path];
    const { status, stdout, stderr } = spawnSync("groff", args, { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
    const missing = optionNames.filter((name) => !new RegExp(`^ +--${name}[ ,\n]`, "m").test(stdout));
    assert.deepEqual(missing, []);
    // Lines are drawn as wide as all others.
    const text = stdout.replace(/\s+/g, " ");
    assert.match(text, / --output, -o FORMAT table, wide/);
    assert.match(text, /Default: 15; demo: 1\. Variable: PINGO_PROBE\. Of:/);
    assert.ok(!stdout.includes("\\"), "no escape is left over");
  });
});
