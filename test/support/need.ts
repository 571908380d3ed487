import { isInstalled } from "../../scripts/debian.ts";

/**
 * Why a test cannot run here, for the `skip` of node:test, or false where it can. In CI nothing may be skipped: there
 * the test runs, and fails where what it needs is missing.
 */
export function skipWithout(...needs: readonly string[]): string | false {
  if (process.env.CI === "true") return false;
  const missing = needs.filter((need) => (need === "root" ? process.getuid?.() !== 0 : !isInstalled(need)));
  return missing.length === 0 ? false : `needs ${missing.join(" and ")}`;
}
