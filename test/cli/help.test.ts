import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { helpText } from "../../src/cli/help.ts";
import { kubectlFace } from "../../src/config/face.ts";
import { commands } from "../../src/config/options/option.ts";
import { optionNames, options } from "../../src/config/options.ts";

const folder = new URL("snapshots/", import.meta.url);
const updating = process.env.UPDATE_SNAPSHOTS === "1";

/** Holds a text against the file that was reviewed; UPDATE_SNAPSHOTS=1 writes the file. */
function matchSnapshot(name: string, text: string): void {
  const path = fileURLToPath(new URL(name, folder));
  if (updating) writeFileSync(path, text);
  assert.ok(existsSync(path), `${path} is missing: run this test with UPDATE_SNAPSHOTS=1 and read what it writes`);
  assert.equal(text, readFileSync(path, "utf8"), `help has changed: UPDATE_SNAPSHOTS=1 updates ${name}`);
}

const pages = [undefined, ...commands];
const snapshotOf = (command: (typeof pages)[number]) => `help${command === undefined ? "" : `-${command}`}.txt`;

describe("help", () => {
  for (const command of pages) {
    test(`of ${command ?? "pingo"} is as it was reviewed`, () => matchSnapshot(snapshotOf(command), helpText(command)));

    test(`of ${command ?? "pingo"} fits a terminal of 160 columns and ends its last line`, () => {
      const lines = helpText(command).split("\n");
      assert.deepEqual(
        lines.filter((line) => line.length > 160),
        [],
      );
      assert.equal(lines.at(-1), "");
      assert.ok(lines.every((line) => line === line.trimEnd()));
    });
  }

  test("of kubectl pingo is as it was reviewed: kubectl's flags, and none that say the same", () => {
    const text = helpText("check", kubectlFace);
    matchSnapshot("help-kubectl.txt", text);
    assert.match(helpText(undefined, kubectlFace), /check .*\(the default\)\n/);
    assert.ok(!/--(api|ca|ca-file|token-file|node-selector) |PINGO_CONTEXT/.test(text));
    assert.ok(text.split("\n").every((line) => line.length <= 160));
  });

  test("has no snapshot of a command that is gone", () => {
    const kept = readdirSync(folder).filter((name) => name.startsWith("help"));
    assert.deepEqual(kept.toSorted(), [...pages.map(snapshotOf), "help-kubectl.txt"].toSorted());
  });

  test("of a command names each of its options and none of another's", () => {
    for (const command of commands) {
      const text = helpText(command);
      for (const name of optionNames) {
        const fits = (options[name].commands as readonly string[]).includes(command);
        assert.equal(new RegExp(`^  --${name}( |$)`, "m").test(text), fits, `--${name} in the help of ${command}`);
      }
    }
  });

  test("of the demo shows the demo's own defaults", () => {
    assert.match(helpText("serve"), /--probe TIME +PINGO_PROBE +15 /);
    assert.match(helpText("demo"), /--probe TIME +PINGO_PROBE +1 /);
  });
});
