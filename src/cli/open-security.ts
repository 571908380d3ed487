import { systemClock } from "../clock.ts";
import { FileSecurity } from "../http/web-config/file-security.ts";
import { readWebConfig } from "../http/web-config/read-web-config.ts";
import type { WebSecurity } from "../http/web-config/web-security.ts";
import type { Log } from "../log.ts";
import type { Terminal } from "./terminal.ts";

/** Who may read by the file; undefined where there is none, or after saying what is wrong with it. */
export async function openSecurityOrSay(
  path: string | undefined,
  log: Log,
  terminal: Terminal,
): Promise<{ readonly security: WebSecurity | undefined } | undefined> {
  if (path === undefined) return { security: undefined };
  const read = await readWebConfig(path);
  if ("config" in read) return { security: new FileSecurity({ path, config: read.config, log, clock: systemClock }) };
  for (const problem of read.problems) terminal.err(`pingo: ${problem}\n`);
  return undefined;
}
