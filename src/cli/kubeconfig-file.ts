import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { Sandbox } from "../sandbox/cluster.ts";
import type { Terminal } from "./terminal.ts";

/** A kubeconfig that this process wrote, to be taken away at the end. */
export interface WrittenKubeconfig {
  readonly path: string;
  readonly text: string;
}

/** By this a file that an earlier sandbox left behind is told from one that is somebody's own. */
const header = "# Written by a PinGo sandbox, which removes it when it ends.\n";

/**
 * Writes the sandbox's kubeconfig, readable by its owner alone. Never over a file that no sandbox wrote: it says so,
 * and the sandbox goes on without.
 */
export function writeKubeconfig(config: Config, sandbox: Sandbox, terminal: Terminal): WrittenKubeconfig | undefined {
  const path = config.sandbox.kubeconfigPath;
  const text = header + sandbox.kubeconfig();
  try {
    if (contentOf(path)?.startsWith(header)) rmSync(path);
    // Fails where the file exists, also through a link.
    writeFileSync(path, text, { mode: 0o600, flag: "wx" });
    return { path, text };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? `${path} is there already and no sandbox wrote it` : message;
    terminal.err(`pingo: the kubeconfig is not written: ${why}; name another file with --write-kubeconfig\n`);
    return undefined;
  }
}

/** Removes it, unless somebody else has written there since. */
export function removeKubeconfig(written: WrittenKubeconfig | undefined): void {
  if (written !== undefined && contentOf(written.path) === written.text) rmSync(written.path, { force: true });
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
