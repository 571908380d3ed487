import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { constants, gzipSync } from "node:zlib";
import { type BrowserModule, collectModules, readUplotCss } from "./collect-modules.ts";
import type { Page, PageFile } from "./page-file.ts";

const types = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

interface Asset {
  readonly path: string;
  readonly contentType: string;
  readonly text: string;
}

/**
 * Reads the page's sources below `root` and makes of them what is served. All assets stand below one folder named for what
 * is in them, so that a browser keeps them until there is another PinGo, and never has parts of two.
 */
export function makePage(root: string): Page {
  const read = (file: string) => readFileSync(`${root}/web/${file}`, "utf8");
  const modules = collectModules(root, "web/main");
  const html = read("index.html");
  const assets: Asset[] = [
    ...modules.map(({ path, source }) => ({ path, contentType: types.js, text: source })),
    { path: "page.css", contentType: types.css, text: withImports(read("page.css"), read) },
    { path: "vendor/uplot.css", contentType: types.css, text: readUplotCss() },
    { path: "icon.svg", contentType: types.svg, text: read("icon.svg") },
  ];
  const version = digest([html, ...assets.map(({ path, text }) => `${path}\n${text}`)]);
  const index = pointTo(html, `assets/${version}`, modules);
  return {
    version,
    files: [
      { path: "/", contentType: types.html, ...encode(index), isForever: false },
      ...assets.map((asset) => assetFile(asset, version)),
    ],
  };
}

/** The parts of the style sheet in one: a browser would hear of them late, one after the other. */
function withImports(css: string, read: (file: string) => string): string {
  return css.replace(/^@import "\.\/(.+)";$/gm, (_match, file: string) => read(file));
}

function assetFile({ path, contentType, text }: Asset, version: string): PageFile {
  return { path: `/assets/${version}/${path}`, contentType, ...encode(text), isForever: true };
}

/** Told of all modules at once, a browser need not read one to hear of the next. */
function pointTo(html: string, folder: string, modules: readonly BrowserModule[]): string {
  const preloads = modules.map(({ path }) => `<link rel="modulepreload" href="${folder}/${path}">`);
  return html.replaceAll('"assets/', `"${folder}/`).replace("<!-- modules -->", preloads.join("\n    "));
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
