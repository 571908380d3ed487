import type { Config } from "../config/config.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";
export async function demoCommand(_c: Config, _t: Terminal, _s: AbortSignal): Promise<ExitCode> {
  return exitCodes.fine;
}
