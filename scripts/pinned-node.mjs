// Finds the Node that this repository pins and runs a script under it. Plain JavaScript, because it is
// the one place that has to work on the machine's own Node, from 20.20 on.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const executable = process.platform === "win32" ? "node.exe" : "node";
const pinnedPath = fileURLToPath(new URL(`../node_modules/node/bin/${executable}`, import.meta.url));

/** Path of the pinned Node, or undefined where its install script has not run. */
export function pinnedNode() {
  return existsSync(pinnedPath) ? pinnedPath : undefined;
}

/** Whether this very process already is the pinned Node. */
export function runsPinned() {
  return existsSync(pinnedPath) && realpathSync(process.execPath) === realpathSync(pinnedPath);
}

/**
 * Runs `node args...` with this process's standard streams and leaves with its exit code.
 * A signal sent to this process alone is passed on, and this process stays until its child has left,
 * so that a caller who waits for it waits for the whole shutdown.
 */
export function runAndExit(node, args) {
  const child = spawn(node, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`cannot run ${node}: ${error.message}\n`);
    process.exit(2);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
