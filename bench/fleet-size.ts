import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Whether each node's kubelet may have a listener of its own, which is a descriptor each. */
export function descriptorsAllow(nodes: number): boolean {
  return nodes <= 10_000;
}

/**
 * Runs the bench `script` anew in a network namespace of its own, and ends with it, where its fleet shares one listener:
 * that port is open on all addresses, which nobody else is to see. Needs root.
 */
export function isolateLargeFleet(nodes: number, script: string): void {
  if (descriptorsAllow(nodes) || process.env.PINGO_BENCH_NAMESPACE !== undefined) return;
  const command = 'ip link set lo up && exec "$@"';
  const self = [process.execPath, fileURLToPath(script), ...process.argv.slice(2)];
  const { status } = spawnSync("unshare", ["--net", "sh", "-c", command, "sh", ...self], {
    stdio: "inherit",
    env: { ...process.env, PINGO_BENCH_NAMESPACE: "1" },
  });
  process.exit(status ?? 1);
}
