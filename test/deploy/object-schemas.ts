import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Manifest } from "./render.ts";

const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));

/** Where an object's kind is: the API server's own, or a definition of the Prometheus operator. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  const isOperators = apiVersion.startsWith("monitoring.coreos.com/");
  return `${isOperators ? "@kubernetes-models/prometheus-operator" : "kubernetes-models"}/${apiVersion}/${kind}`;
}

/** What of an object does not fit the OpenAPI schema of its kind: wrong types, what is missing, no such choice. */
export async function schemaProblems(manifest: Manifest): Promise<string[]> {
  const place = `${manifest.kind} ${manifest.metadata?.name}`;
  try {
    const { [manifest.kind]: Model } = await import(moduleOf(manifest));
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [`${place}: ${error instanceof Error ? error.message : error}`];
  }
}

/**
 * Fields that the kinds do not have, one a line. The validators let them pass, as JSON Schema does; TypeScript, with the
 * types that were made from the same OpenAPI documents, does not.
 */
export async function unknownFields(manifests: readonly Manifest[]): Promise<string[]> {
  mkdirSync(join(modules, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(modules, ".cache", "objects-"));
  try {
    const file = join(folder, "objects.ts");
    writeFileSync(file, manifests.map(asTypeScript).join(""));
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "esnext"];
    return await tsc([...options, "--ignoreConfig", file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An object on a line, so that the compiler's answer can be told from others'. */
function asTypeScript(manifest: Manifest, index: number): string {
  const type = `import(${JSON.stringify(moduleOf(manifest))}).I${manifest.kind}`;
  return `export const o${index}: ${type} = ${JSON.stringify(manifest)};\n`;
}

function tsc(args: readonly string[]): Promise<string[]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(modules, "typescript", "bin", "tsc"), ...args], (error, stdout, stderr) => {
      const lines = `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
      resolve(error !== null && lines.length === 0 ? [error.message] : lines);
    });
  });
}
