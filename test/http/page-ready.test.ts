import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { loadPage } from "../../src/http/page/load-page.ts";
import type { Page, PageFile } from "../../src/http/page/page-file.ts";
import { pageRoutes } from "../../src/http/page/page-routes.ts";
import { readReadyPage, writeReadyPage } from "../../src/http/page/ready-page.ts";

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "pingo-ready-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function file(path: string, contentType: string, text: string, isForever: boolean): PageFile {
  const bytes = new Uint8Array(Buffer.from(text));
  return { path, contentType, bytes, gzip: new Uint8Array(gzipSync(bytes)), isForever };
}

const page: Page = {
  version: "v1",
  files: [
    file("/", "text/html; charset=utf-8", "<p>grüße</p>", false),
    file("/assets/v1/page.js", "text/javascript; charset=utf-8", "console.log(1)", true),
  ],
};

const textsOf = ({ files }: Page) =>
  files.map(({ bytes, gzip, ...about }) => ({
    ...about,
    text: new TextDecoder().decode(bytes),
    unpacked: gunzipSync(gzip).toString(),
  }));

test("a page that stands ready is the one that was put there", async (t) => {
  const folder = join(folderFor(t), "below", "it");
  await writeReadyPage(folder, page);
  const read = await readReadyPage(folder);
  assert.equal(read?.version, "v1");
  assert.deepEqual(textsOf(read as Page), textsOf(page));
});

test("a page that stands ready is served as it is, and none is made", async (t) => {
  const folder = folderFor(t);
  await writeReadyPage(folder, page);
  const routes = pageRoutes(await loadPage(folder));
  assert.deepEqual(Object.keys(routes), ["/", "/assets/v1/page.js"]);
  const asking = { headers: {}, query: new URLSearchParams(), peer: "", gone: new AbortController().signal };
  const { status, body } = (await routes["/"]?.(asking)) ?? {};
  assert.equal(status, 200);
  assert.equal(Buffer.concat([...(body as Iterable<Uint8Array>)]).toString(), "<p>grüße</p>");
});

test("where none stands ready, one is made of its sources", async (t) => {
  const folder = folderFor(t);
  assert.equal(await readReadyPage(folder), undefined);
  assert.equal(await readReadyPage(join(folder, "nowhere")), undefined);
  const made = await loadPage(folder);
  assert.ok(made.files.some(({ path }) => path.endsWith("/page.js")));
});

test("a page that is being written is none, and one of which a part is missing is an error", async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, "index.html"), "");
  assert.equal(await readReadyPage(folder), undefined);
  await writeReadyPage(folder, page);
  rmSync(join(folder, "page.js.gz"));
  await assert.rejects(readReadyPage(folder), /page\.js\.gz/);
  writeFileSync(join(folder, "page.json"), "{");
  await assert.rejects(readReadyPage(folder), SyntaxError);
});

test("another page put into the same folder takes the place of the one before", async (t) => {
  const folder = folderFor(t);
  await writeReadyPage(folder, page);
  const files = page.files.map((one) => ({ ...one, path: one.path.replace("v1", "v2") }));
  await writeReadyPage(folder, { version: "v2", files });
  const read = await readReadyPage(folder);
  assert.deepEqual([read?.version, read?.files[1]?.path], ["v2", "/assets/v2/page.js"]);
});

test("another page that could not be written to its end is none, and does not pass for the one before", async (t) => {
  const folder = folderFor(t);
  await writeReadyPage(folder, page);
  mkdirSync(join(folder, "other.js"));
  const files = [file("/", page.files[0]?.contentType ?? "", "<p>v2</p>", false), file("/other.js", "", "", false)];
  await assert.rejects(writeReadyPage(folder, { version: "v2", files }), /other\.js/);
  assert.equal(await readReadyPage(folder), undefined);
});
