import { needsKernel } from "../handshake/engine-config.ts";
import { formatMs } from "../units.ts";
import type { Arguments } from "./arguments.ts";
import { engineOf } from "./assemble-config.ts";
import type { OptionValues } from "./options.ts";
import type { Settings } from "./settings.ts";

/** Notes which settings, each right by itself, do not go together. */
export function checkTogether(values: OptionValues, args: Arguments, settings: Settings, problems: string[]): void {
  checkTimes(values, settings, problems);
  checkEngine(values, settings, problems);
  checkPorts(values, settings, problems);
  checkHistory(values, settings, problems);
  checkOutput(values, args, problems);
}

/** Each dark target keeps timeout / interval sockets open. */
const maxOverlap = 100;

function checkTimes({ timeout, probe }: OptionValues, settings: Settings, problems: string[]): void {
  if (timeout === undefined || probe === undefined || timeout <= maxOverlap * probe) return;
  const [long, short] = [settings.source("timeout"), settings.source("probe")];
  problems.push(
    `${long}: ${formatMs(timeout)} is more than ${maxOverlap} times the interval (${short}: ${formatMs(probe)}); ` +
      `a target that gives no answer would hold that many sockets`,
  );
}

/** Options that only the kernel engine has. */
const kernelOptions = ["handshake", "close", "source", "source-port-range", "interface", "dscp"] as const;

function checkEngine(values: OptionValues, settings: Settings, problems: string[]): void {
  const { engine, handshake } = values;
  if (engine === "portable" && needsKernel(engineOf(values))) {
    const what = kernelOptions.filter((name) => settings.given(name)).map((name) => settings.source(name));
    problems.push(
      `${what.join(", ")}: only the kernel engine can do that, and ${settings.source("engine")} wants the portable one`,
    );
  }
  if (handshake === "half" && settings.given("close")) {
    problems.push(`${settings.source("close")}: a half-open handshake has nothing to close; leave it out`);
  }
}

function checkPorts({ port = [] }: OptionValues, settings: Settings, problems: string[]): void {
  const names = port.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    problems.push(`${settings.source("port")}: two ports are called ${twice}; give each its name`);
}

function checkHistory(values: OptionValues, settings: Settings, problems: string[]): void {
  const { history } = values;
  checkHistoryRequests(values, settings, problems);
  if (history === undefined || history.kind === "file" || history.kind === "memory") return;
  const idle = (["history-retention", "history-max-size"] as const).filter((name) => settings.given(name));
  for (const name of idle) {
    problems.push(`${settings.source(name)}: nothing is kept with ${settings.source("history")}; leave it out`);
  }
}

/** What only the requests to a Prometheus carry. */
function checkHistoryRequests(
  { history, "history-header": headers = [] }: OptionValues,
  settings: Settings,
  problems: string[],
): void {
  const names = headers.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) problems.push(`${settings.source("history-header")}: ${twice} is there twice; give it once`);
  if (history === undefined || history.kind === "prometheus") return;
  for (const [name, what] of [
    ["history-token-file", "a token"],
    ["history-header", "headers"],
  ] as const) {
    if (settings.given(name)) problems.push(`${settings.source(name)}: only a Prometheus takes ${what}; leave it out`);
  }
}

/** Changes have no columns, and a name says nothing of them. */
function checkOutput({ output, watch }: OptionValues, { command }: Arguments, problems: string[]): void {
  if (command !== "targets" || !watch || (output !== "yaml" && output !== "name")) return;
  problems.push(`--output: ${output} tells no changes; with --watch write table, wide or json`);
}
