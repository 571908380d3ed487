import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { constants, gzipSync } from "node:zlib";
import { bundle } from "./bundle.ts";
import type { Page, PageFile } from "./page-file.ts";

const types = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

interface Asset {
  readonly name: string;
  readonly contentType: string;
  readonly text: string;
}

/**
 * Makes what is served of the page's sources below `root`. All assets stand below one folder named for what is in them, so
 * that a browser keeps them until there is another PinGo, and never has parts of two. Keeps its thread busy; rejects where
 * a source is missing or wrong.
 */
export async function makePage(root: string): Promise<Page> {
  const read = (file: string) => readFileSync(`${root}/web/${file}`, "utf8");
  const { script, style } = await bundle(root);
  const html = read("index.html");
  const assets: Asset[] = [
    { name: "page.js", contentType: types.js, text: script },
    { name: "page.css", contentType: types.css, text: style },
    { name: "icon.svg", contentType: types.svg, text: read("icon.svg") },
  ];
  const version = digest([html, ...assets.map(({ name, text }) => `${name}\n${text}`)]);
  const index = html.replaceAll('"assets/', `"assets/${version}/`);
  return {
    version,
    files: [
      { path: "/", contentType: types.html, ...encode(index), isForever: false },
      ...assets.map((asset) => assetFile(asset, version)),
    ],
  };
}

function assetFile({ name, contentType, text }: Asset, version: string): PageFile {
  return { path: `/assets/${version}/${name}`, contentType, ...encode(text), isForever: true };
}

function encode(text: string): Pick<PageFile, "bytes" | "gzip"> {
  const bytes = new TextEncoder().encode(text);
  return { bytes, gzip: new Uint8Array(gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION })) };
}

function digest(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text).update("\0");
  return hash.digest("base64url").slice(0, 16);
}
