import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { before, test } from "node:test";
import { loadPage } from "../../src/http/page/load-page.ts";
import type { Page, PageFile } from "../../src/http/page/page-file.ts";
import { pageRoutes } from "../../src/http/page/page-routes.ts";
import type { RouteRequest } from "../../src/http/server.ts";

let page: Page;

before(async () => {
  page = await loadPage();
});

const asking = (headers: RouteRequest["headers"] = {}): RouteRequest => ({
  headers,
  query: new URLSearchParams(),
  peer: "",
  gone: new AbortController().signal,
});
const textOf = ({ bytes }: PageFile) => new TextDecoder().decode(bytes);
const modules = () => page.files.filter(({ contentType }) => contentType.startsWith("text/javascript"));

test("every module imports only what is served, by relative addresses", () => {
  const paths = new Set(page.files.map(({ path }) => path));
  for (const module of modules()) {
    for (const [, specifier = ""] of textOf(module).matchAll(/^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"/gm)) {
      const imported = new URL(specifier, `http://page${module.path}`).pathname;
      assert.ok(specifier.startsWith(".") && paths.has(imported), `${module.path} imports ${specifier}`);
    }
  }
});

test("the document names only assets that are served, and no other host", () => {
  const html = textOf(page.files.find(({ path }) => path === "/") as PageFile);
  const paths = new Set(page.files.map(({ path }) => path));
  const named = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address = ""]) => address);
  const assets = named.filter((address) => address.startsWith("assets/"));
  assert.ok(assets.length > 30);
  for (const address of assets) assert.ok(paths.has(`/${address}`), address);
  assert.doesNotMatch(html, /https?:|<style|style=|onload|<script>/);
});

test("the style sheet is whole: every part of it is there, and none is asked for", () => {
  const [css = ""] = page.files.filter(({ path }) => path.endsWith("/page.css")).map(textOf);
  assert.doesNotMatch(css, /@import/);
  for (const selector of [
    "--ground:",
    ".top {",
    ".headline {",
    ".strip {",
    ".node-row {",
    ".lost-bar {",
    "@media print",
  ]) {
    assert.ok(css.includes(selector), selector);
  }
});

test("what is served of this program is what the page reaches", () => {
  const served = modules().map(({ path }) => path.split("/").slice(3).join("/"));
  const ours = served.filter((path) => path.startsWith("src/"));
  assert.deepEqual(ours, ["src/api/parse-time.js", "src/api/queries.js", "src/outcome.js", "src/units.js"]);
});

test("there is a strict policy on everything, and assets are kept for ever", async () => {
  const routes = pageRoutes(page);
  for (const { path, isForever } of page.files) {
    const answer = await routes[path]?.(asking());
    assert.match(
      answer?.headers?.["Content-Security-Policy"] ?? "",
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    assert.equal(answer?.headers?.["Referrer-Policy"], "no-referrer");
    assert.match(answer?.headers?.["Cache-Control"] ?? "", isForever ? /immutable/ : /no-cache/);
  }
});

test("a document that the browser has is not sent again", async () => {
  const home = pageRoutes(page)["/"];
  const etag = `"${page.version}"`;
  const answered = async (tag: string) => (await home?.(asking({ "if-none-match": tag })))?.status;
  assert.deepEqual([await answered(etag), await answered(`W/${etag}`), await answered('"other"')], [304, 304, 200]);
});

test("the same sources make the same page, and the making keeps no other work waiting", async () => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const again = await loadPage();
  delay.disable();
  assert.equal(again.version, page.version);
  // No figure of how long: the machine may be busy. 60 ms is what the work itself takes.
  assert.ok(delay.percentile(50) / 1e6 < 20);
});
