import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Bundle, bundle } from "../../src/http/page/bundle.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "pingo-bundle-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A folder with sources of a page; `text` by path. */
function sources(t: TestContext, texts: Readonly<Record<string, string>>): string {
  const folder = temporary(t);
  for (const [path, text] of Object.entries({ "web/main.ts": "", "web/main.css": "", ...texts })) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe("the page's script and style sheet", () => {
  let made: Bundle;
  before(async () => {
    made = await bundle(root);
  });

  test("ask for nothing more: no module, no sheet, no picture, no font, no map", () => {
    assert.doesNotMatch(made.script, /(^|[;}\n])\s*(import|export)\b|\bimport\(|sourceMappingURL/);
    assert.doesNotMatch(made.style, /@import|@font-face|sourceMappingURL/);
    for (const [address] of made.style.matchAll(/url\([^)]*\)/g)) assert.match(address, /^url\("?data:/);
  });

  test("are whole: every part of the style sheet is there", () => {
    for (const selector of [
      "--ground:",
      ".top{",
      ".headline{",
      ".strip{",
      ".node-row{",
      ".lost-bar{",
      "@media print",
    ]) {
      assert.ok(made.style.includes(selector), selector);
    }
  });

  test("have no types and no comments of ours, and are small", () => {
    assert.doesNotMatch(made.script, /readonly|interface |\/\*\*/);
    assert.ok(made.script.length < 140_000, `${made.script.length}`);
    assert.ok(made.style.length < 25_000, `${made.style.length}`);
  });

  test("have the licence of each library that is in them, whole", () => {
    for (const [text, holders] of [
      [made.script, [/^preact \d/m, /Copyright .* Jason Miller/, /^uplot \d/m, /Copyright .* Leon Sorokin/]],
      [made.style, [/^uplot \d/m, /Copyright .* Leon Sorokin/]],
    ] as const) {
      const licence = text.slice(text.indexOf("/*!"));
      for (const holder of holders) assert.match(licence, holder);
      const permissions = licence.match(/Permission is hereby granted/g) ?? [];
      assert.equal(permissions.length, holders.length / 2);
    }
    assert.doesNotMatch(made.style, /preact/);
  });

  test("are the same each time", async () => assert.deepEqual(await bundle(root), made));
});

test("sheets and modules of a page come in the order in which they are named, the others' licence not among ours", async (t) => {
  const folder = sources(t, {
    "web/main.css": '@import "./a.css";\n@import "./styles/b.css";\n.c { color: red }',
    "web/a.css": ".a { color: light-dark(#fff, #000) }",
    "web/styles/b.css": ".b { color: blue; & .d { color: green } }",
    "web/main.ts": 'import { said } from "./said.ts";\nconst text: string = said;\nconsole.log(text);',
    "web/said.ts": 'export const said = "grüße" as const;\nexport const unused = 1;',
  });
  const { style, script } = await bundle(folder);
  assert.match(style, /^\.a\{.*light-dark\(.*\.b\{.*\.c\{color:red\}\s*$/s);
  assert.match(script, /^\S*.*"grüße".*console\.log/s);
  assert.doesNotMatch(style + script, /unused|\/\*!/);
});

test("a source that is missing, wrong or of the server alone is named", async (t) => {
  const wrong = {
    'import "./gone.ts";': /web\/main\.ts:1.*gone\.ts/s,
    "const = 1;": /web\/main\.ts:1/,
    'import { readFileSync } from "node:fs";\nreadFileSync("x");': /web\/main\.ts:1.*node:fs/s,
  };
  for (const [text, message] of Object.entries(wrong)) {
    await assert.rejects(bundle(sources(t, { "web/main.ts": text })), message);
  }
});

test("a library without a licence is not given away", async (t) => {
  const folder = sources(t, {
    "web/main.ts": 'import { x } from "mine";\nconsole.log(x);',
    "node_modules/mine/package.json": '{"name":"mine","version":"1.0.0","main":"x.js"}',
    "node_modules/mine/x.js": "export const x = globalThis.name;",
  });
  await assert.rejects(bundle(folder), /mine has no licence/);
});

test("where esbuild is not installed and no page stands ready, it is said what to do", async (t) => {
  const folder = temporary(t);
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  cpSync(fileURLToPath(new URL("../../src/http/page/bundle.ts", import.meta.url)), join(folder, "bundle.ts"));
  const elsewhere = (await import(pathToFileURL(join(folder, "bundle.ts")).href)) as { bundle: typeof bundle };
  await assert.rejects(elsewhere.bundle(root), /the page cannot be made: esbuild is not installed.*npm ci/);
});
