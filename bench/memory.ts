import { readFileSync } from "node:fs";

/** Resident memory of a process, as it is or at its highest: a line of proc_pid_status(5), in megabytes. */
export function memoryMegabytes({ pid }: { readonly pid?: number | undefined }, line: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (Number(new RegExp(`^${line}:\\s+(\\d+)`, "m").exec(status)?.[1]) * 1_024) / 1e6;
}
