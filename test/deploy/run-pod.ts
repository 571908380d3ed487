import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../../src/sandbox/cluster.ts";
import { kinds } from "../../src/sandbox/kinds.ts";
import { Pingo } from "../support/pingo.ts";
import type { Manifest } from "./render.ts";

/** An object that was applied to a sandbox. */
export function applied(sandbox: Sandbox, kindName: string, name: string, namespace = "pingo"): Manifest {
  const kind = kinds.find(({ kind }) => kind === kindName);
  const object = kind && sandbox.api.objects.get(kind, kind.namespaced ? namespace : undefined, name);
  if (object === undefined) throw new Error(`nobody has applied ${kindName} ${name}`);
  return object;
}

/** What a kubelet makes of a volume of a Secret: a file for each of its keys. */
export function writeSecret({ data }: Manifest, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [key, value] of Object.entries<string>(data)) {
    writeFileSync(join(folder, key), Buffer.from(value, "base64"));
  }
}

/** Where an environment's paths lead, by the mount that they begin with. */
export type Mounts = Readonly<Record<string, string>>;

/**
 * Does what a kubelet does with the one container of a pod: its arguments, its environment, its mounts. The port is any free
 * one, and handshakes follow faster, so that a test need not wait.
 */
export function runPod({ spec }: Manifest, mounts: Mounts, more: Readonly<Record<string, string>> = {}): Pingo {
  const [container] = spec.containers;
  const inside = (value: string) =>
    Object.entries(mounts).reduce((text, [path, folder]) => text.replace(`${path}/`, `${folder}/`), value);
  const env = (container.env ?? []).map(({ name, value }: Manifest) => [name, inside(value)]);
  const quick = { PINGO_LISTEN: "127.0.0.1:0", PINGO_PROBE: "200ms" };
  return new Pingo(container.args, { HOME: "/nonexistent", ...Object.fromEntries(env), ...quick, ...more });
}

/** Where its metrics are, once it says so. */
export async function portOf(pingo: Pingo): Promise<number> {
  return Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
}
