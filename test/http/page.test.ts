import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { loadPage } from "../../src/http/page/load-page.ts";
import type { Page, PageFile } from "../../src/http/page/page-file.ts";
import { pageRoutes } from "../../src/http/page/page-routes.ts";
import type { RouteRequest } from "../../src/http/server.ts";

/** Where no page stands ready, so that it is made of its sources. */
const nowhere = "/nowhere/web/ready";
let page: Page;

before(async () => {
  page = await loadPage(nowhere);
});

const asking = (headers: RouteRequest["headers"] = {}): RouteRequest => ({
  headers,
  query: new URLSearchParams(),
  peer: "",
  gone: new AbortController().signal,
});
const textOf = ({ bytes }: PageFile) => new TextDecoder().decode(bytes);

test("the document names only assets that are served, and no other host", () => {
  const html = textOf(page.files.find(({ path }) => path === "/") as PageFile);
  const paths = new Set(page.files.map(({ path }) => path));
  const named = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address = ""]) => address);
  const assets = named.filter((address) => address.startsWith("assets/"));
  assert.deepEqual(
    assets.map((address) => address.split("/").at(-1)),
    ["icon.svg", "page.css", "page.js"],
  );
  for (const address of assets) assert.ok(paths.has(`/${address}`), address);
  assert.doesNotMatch(html, /https?:|<style|style=|onload|<script>/);
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

test("a file is encoded once and sent with its length, to who takes gzip; to others as it is", async () => {
  const routes = pageRoutes(page);
  for (const { path, bytes, gzip } of page.files) {
    assert.deepEqual(gunzipSync(gzip), Buffer.from(bytes));
    for (const [accepted, coding, sent] of [
      ["gzip, deflate, br, zstd", "gzip", gzip],
      ["br", undefined, bytes],
    ] as const) {
      const { headers, body, isEncoded } = (await routes[path]?.(asking({ "accept-encoding": accepted }))) ?? {};
      assert.deepEqual([headers?.["Content-Encoding"], headers?.["Content-Length"]], [coding, String(sent.length)]);
      assert.deepEqual([body, isEncoded], [[sent], true]);
    }
  }
});

test("the same sources make the same page, and the making keeps no other work waiting", async () => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const again = await loadPage(nowhere);
  delay.disable();
  assert.equal(again.version, page.version);
  // No figure of how long: the machine may be busy. 200 ms is what the work itself takes.
  assert.ok(delay.percentile(50) / 1e6 < 20);
});
