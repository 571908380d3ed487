import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { Sandbox } from "../sandbox/cluster.ts";
import type { Terminal } from "./terminal.ts";

/** A kubeconfig that this process wrote, to be taken away at the end. */
export interface WrittenKubeconfig {
  readonly path: string;
  readonly text: string;
}

/** Writes the sandbox's kubeconfig, readable by its owner alone; says so where that fails, and goes on without. */
export function writeKubeconfig(config: Config, sandbox: Sandbox, terminal: Terminal): WrittenKubeconfig | undefined {
  const path = config.sandbox.kubeconfigPath;
  const text = sandbox.kubeconfig();
  try {
    writeFileSync(path, text, { mode: 0o600 });
    return { path, text };
  } catch (error) {
    terminal.err(`pingo: the kubeconfig cannot be written: ${(error as Error).message}; see --write-kubeconfig\n`);
    return undefined;
  }
}

/** Removes it, unless somebody else has written there since. */
export function removeKubeconfig(written: WrittenKubeconfig | undefined): void {
  if (written === undefined) return;
  try {
    if (readFileSync(written.path, "utf8") === written.text) rmSync(written.path);
  } catch {
    // Gone already.
  }
}
