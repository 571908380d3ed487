import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

/** A module as a browser takes it. */
export interface BrowserModule {
  /** Below the page's assets: `web/main.js`, `vendor/preact.js`. */
  readonly path: string;
  readonly source: string;
}

/** `import ... from "x"`, `export ... from "x"` and `import "x"`, each at the beginning of a line. */
const importPattern = /^((?:import|export)\b(?:[^"';]*?\bfrom)?\s*")([^"]+)"/gm;

/** Packages the page may import, and the file that is served for each. */
const vendors: Readonly<Record<string, { readonly path: string; readonly read: () => string }>> = {
  preact: { path: "vendor/preact.js", read: () => readPackage("preact") },
  "preact/hooks": { path: "vendor/preact-hooks.js", read: () => readPackage("preact/hooks") },
  // Its smallest file is a script with one global; its module is three times as long.
  uplot: { path: "vendor/uplot.js", read: () => `${readUplot("uPlot.iife.min.js")}\nexport default uPlot;\n` },
};

/** The style sheet that uPlot's charts need. */
export const readUplotCss = (): string => readUplot("uPlot.min.css");

/**
 * All modules that `entry` (`web/main`) reaches, in TypeScript below `root`, or in JavaScript where this program was compiled.
 * What no module imports is not served.
 */
export function collectModules(root: string, entry: string): BrowserModule[] {
  const suffix = existsSync(`${root}/${entry}.ts`) ? ".ts" : ".js";
  const found = new Map<string, BrowserModule>();
  const waiting = [`${entry}${suffix}`];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const path = servedPath(name);
    const imports: string[] = [];
    const source = readModule(root, name).replace(importPattern, (_match, before: string, specifier: string) => {
      const imported = resolveImport(name, specifier);
      imports.push(imported);
      return `${before}${relativeTo(path, servedPath(imported))}"`;
    });
    found.set(name, { path, source });
    waiting.push(...imports);
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readModule(root: string, name: string): string {
  const vendor = vendors[name];
  // A map that is not served would be asked for by whoever opens the browser's tools.
  if (vendor !== undefined) return vendor.read().replace(/^\/\/# sourceMappingURL=.*$/m, "");
  const source = readFileSync(`${root}/${name}`, "utf8");
  return name.endsWith(".ts") ? stripTypeScriptTypes(source) : source;
}

/** The name of an imported module: its path below the root, or a vendor's name. */
function resolveImport(importer: string, specifier: string): string {
  if (Object.hasOwn(vendors, specifier)) return specifier;
  if (specifier.startsWith(".") && !Object.hasOwn(vendors, importer)) {
    const name = posix.join(posix.dirname(importer), specifier);
    if (!name.startsWith("..")) return name;
  }
  throw new Error(`the page's module ${importer} imports "${specifier}", which is neither a file of PinGo nor served`);
}

function servedPath(name: string): string {
  return vendors[name]?.path ?? name.replace(/\.ts$/, ".js");
}

function relativeTo(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

function readPackage(specifier: string): string {
  return readFileSync(fileURLToPath(import.meta.resolve(specifier)), "utf8");
}

function readUplot(file: string): string {
  return readFileSync(fileURLToPath(import.meta.resolve(`uplot/dist/${file}`)), "utf8");
}
