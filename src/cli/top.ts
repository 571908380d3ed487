import { systemClock } from "../clock.ts";
import type { Config, TopConfig } from "../config/config.ts";
import { caPem } from "../config/values.ts";
import { oneLine } from "../log.ts";
import { readBoundedFile } from "../targets/kubernetes/credentials/read-bounded-file.ts";
import { type Access, ApiClient } from "../top/api-client.ts";
import { fetchAll } from "../top/feed.ts";
import { LiveTop } from "../top/live-top.ts";
import { isAsciiLocale } from "../top/locale.ts";
import { plainFrame } from "../top/plain-frame.ts";
import { initialState } from "../top/state.ts";
import { answered } from "../top/update.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** `pingo top`: the live view of a PinGo's API; one frame as plain text where there is no terminal for it. */
export async function topCommand(config: Config, terminal: Terminal, signal: AbortSignal): Promise<ExitCode> {
  const access = readAccess(config.top);
  if ("problems" in access) {
    for (const problem of access.problems) terminal.err(`pingo: ${oneLine(problem)}\n`);
    return exitCodes.usage;
  }
  const client = new ApiClient(access);
  try {
    const { tty, env } = terminal;
    const isPlain = (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
    if (tty === undefined || isPlain) return await printFrame(client, access, terminal, signal);
    const isAscii = isAsciiLocale(env);
    await new LiveTop({ client, server: access.endpoint.name, tty, clock: systemClock, isAscii }).run(signal);
    return signal.aborted ? exitCodes.interrupted : exitCodes.fine;
  } finally {
    client.stop();
  }
}

/** Wide enough for all columns, where nobody says how wide the reader's window is. */
const defaultColumns = 120;

async function printFrame(
  client: ApiClient,
  access: Access,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const given = Number(terminal.env.COLUMNS);
  const columns = terminal.tty?.size().columns ?? (given >= 20 && given <= 1_000 ? given : defaultColumns);
  const state = initialState(access.endpoint.name, columns, Number.POSITIVE_INFINITY, systemClock.unixMs());
  const answer = await fetchAll(client, state, signal);
  if (signal.aborted) return exitCodes.interrupted;
  if ("problem" in answer) {
    terminal.err(`pingo: ${oneLine(`${access.endpoint.name} does not answer: ${answer.problem}`)}\n`);
    return exitCodes.api;
  }
  terminal.out(plainFrame(answered(state, answer.value.overview, undefined), isAsciiLocale(terminal.env)));
  return exitCodes.fine;
}

function readAccess({
  endpoint,
  user,
  caFile,
  certFile,
  keyFile,
}: TopConfig): Access | { problems: readonly string[] } {
  const problems: string[] = [];
  const read = (flag: string, path: string | undefined) => {
    if (path === undefined) return undefined;
    try {
      return readBoundedFile(path);
    } catch (error) {
      const [why] = (error as Error).message.split(", ");
      problems.push(`--${flag}: ${JSON.stringify(path)} cannot be read (${why})`);
      return undefined;
    }
  };
  const [ca, cert, key] = [read("ca-file", caFile), read("cert-file", certFile), read("key-file", keyFile)];
  const parsed = ca === undefined ? undefined : caPem(ca);
  if (parsed !== undefined && "problem" in parsed) problems.push(`--ca-file: ${caFile} ${parsed.problem}`);
  if ((certFile === undefined) !== (keyFile === undefined)) {
    problems.push("--cert-file and --key-file belong together; give both");
  }
  return problems.length > 0 ? { problems } : { endpoint, user: user ?? endpoint.user, ca, cert, key };
}
