import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The npm package as `npm pack` makes it, installed for itself as `npm install -g` does it. */
export interface Packed {
  readonly archive: string;
  /** Paths in the archive. */
  readonly files: readonly string[];
  readonly bytes: number;
  readonly prefix: string;
  /** Where the package itself is. */
  readonly folder: string;
  readonly remove: () => void;
}

/** Packs this clone and installs it. Dependencies come from npm's cache, or else its registry. */
export async function packAndInstall(): Promise<Packed> {
  const work = mkdtempSync(join(tmpdir(), "pingo-package-"));
  const prefix = join(work, "prefix");
  const packed = await npm(["pack", "--json", "--pack-destination", work], root);
  const [made] = JSON.parse(packed.slice(packed.indexOf("[\n")));
  const archive = join(work, made.filename);
  await npm(["install", "--global", "--prefix", prefix, ...quiet, archive], work);
  return {
    archive,
    files: made.files.map(({ path }: { path: string }) => path),
    bytes: made.size,
    prefix,
    folder: join(prefix, "lib/node_modules/pingo"),
    remove: () => rmSync(work, { recursive: true }),
  };
}

const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];

/** The program of a Node of another version, from the package that carries it for this system. */
export async function otherNode(version: string, folder: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  await npm(["install", "--no-save", "--prefix", folder, ...quiet, `${name}@${version}`], folder);
  return join(folder, "node_modules", name, "bin");
}

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const child = spawn("npm", args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += chunk));
  child.stderr.on("data", (chunk) => (output.stderr += chunk));
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 0, `npm ${args.join(" ")}\n${output.stderr}${output.stdout}`);
  return output.stdout;
}
