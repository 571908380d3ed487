import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";

const run = promisify(execFile);

// biome-ignore lint/suspicious/noExplicitAny: tests look into manifests whose form is what they are about to check.
export type Manifest = any;

export const deployFolder = fileURLToPath(new URL("../../deploy/", import.meta.url));
export const chartFolder = `${deployFolder}helm/pingo`;

/** What the real kubectl makes of a folder. Rejects with what it says where that is nothing. */
export async function kustomize(folder: string): Promise<Manifest[]> {
  const { stdout } = await run("kubectl", ["kustomize", folder], { maxBuffer: 2 ** 26 });
  return readManifests(stdout);
}

/** The objects of a YAML stream, comments and empty documents left out. */
export function readManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { version: "1.1" })
    .map((document) => document.toJSON() as Manifest)
    .filter((manifest) => manifest !== null);
}

/** The one object of a kind; its absence, or a second one, is a failure of the test. */
export function only(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
  if (found.length !== 1) throw new Error(`there are ${found.length} of ${kind} ${name ?? ""}`);
  return found[0];
}

/** The pod's part of whatever makes pods, or of a pod; undefined for everything else. */
export function podOf({ kind, metadata, spec }: Manifest): Manifest | undefined {
  if (kind === "Pod") return { metadata, spec };
  return ["Deployment", "StatefulSet", "DaemonSet", "Job"].includes(kind) ? spec.template : undefined;
}
