import assert from "node:assert/strict";
import { test } from "node:test";
import { ownProcessReason } from "../../scripts/own-process.ts";

/** Why `test/a.test.ts` needs a process of its own, where there are these files. */
function reason(files: Readonly<Record<string, string>>): string | undefined {
  return ownProcessReason("test/a.test.ts", (path) => {
    const source = files[path];
    assert.ok(source !== undefined, `${path} was looked for`);
    return source;
  });
}

const imports = (...paths: readonly string[]) => paths.map((path) => `import { x } from "${path}";\n`).join("");

test("a test of plain values shares a process", () => {
  const files = {
    "test/a.test.ts": imports("node:assert/strict", "node:fs", "yaml", "../src/b.ts", "./support/c.ts"),
    "src/b.ts": "export const now = () => process.hrtime();",
    "test/support/c.ts": imports("../../src/b.ts"),
  };
  assert.equal(reason(files), undefined);
});

// Put together here: spelled out, they would keep this very file from sharing a process.
const wide = [
  "pro" + "cess.env.TZ",
  "global" + "This.fetch",
  "t.mo" + "ck.timers",
  "set" + "Timeout(f, 1)",
  "imp" + "ort(x)",
];
for (const word of wide) {
  test(`${word} in a test, or in what helps it, wants a process`, () => {
    assert.match(reason({ "test/a.test.ts": `${word};` }) ?? "", /^test\/a\.test\.ts names /);
    const helped = { "test/a.test.ts": imports("./support/b.ts"), "test/support/b.ts": `${word};` };
    assert.match(reason(helped) ?? "", /^test\/support\/b\.ts names /);
  });
}

for (const name of ["node:http", "node:worker_threads", "node:dns/promises", "koffi"]) {
  test(`${name} behind other imports wants a process, also where they go over many lines`, () => {
    const files = {
      "test/a.test.ts": imports("../src/b.ts"),
      "src/b.ts": 'export {\n  y,\n  z,\n} from "./c.ts";\n',
      "src/c.ts": imports(name),
    };
    assert.equal(reason(files), `src/c.ts imports ${name}`);
  });
}

test("what only gives a type is not followed", () => {
  assert.equal(reason({ "test/a.test.ts": 'import type { Server } from "node:http";\n' }), undefined);
});

test("files that import each other come to an end", () => {
  assert.equal(reason({ "test/a.test.ts": imports("./b.ts"), "test/b.ts": imports("./a.test.ts") }), undefined);
});
