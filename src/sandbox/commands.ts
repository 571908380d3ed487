import type { Done, Sandbox } from "./cluster.ts";
import { conditionOf, internalAddress, kubeletPort } from "./node-object.ts";

export type NodeVerb = "stop" | "dark" | "return" | "leave" | "move";

/** A line typed into `pingo sandbox`, understood. */
export type Command =
  | { kind: "nothing" }
  | { kind: "help" }
  | { kind: "nodes" }
  | { kind: "join" }
  | { kind: "node"; verb: NodeVerb; name: string }
  | { kind: "api"; state: "down" | "up" }
  | { kind: "api-errors"; seconds: number };

export type Parsed = { ok: true; command: Command } | { ok: false; problem: string };

const nodeVerbs: { [verb in NodeVerb]: string } = {
  stop: "its kubelet's port refuses connections",
  dark: "nothing answers at its address; after a while it is NotReady",
  return: "its kubelet listens again and the node is Ready",
  leave: "the node is deleted",
  move: "the node gets another address",
};

const apiErrorsSeconds = { default: 10, max: 3600 };

const help = [
  "help                       this list",
  "nodes                      the nodes, where their kubelets listen, and how they are",
  ...Object.entries(nodeVerbs).map(([verb, meaning]) => `${`${verb} NODE`.padEnd(26)} ${meaning}`),
  "join                       a new node comes",
  "api down                   the API refuses connections",
  "api up                     the API is back, and answers without errors",
  `api errors [SECONDS]       the API answers everything with 500 (for ${apiErrorsSeconds.default} s)`,
];

/** What a typed line means, or a sentence that says what is wrong with it and what would do. */
export function parseCommand(line: string): Parsed {
  const [word, ...rest] = line.trim().split(/\s+/);
  if (word === undefined || word === "") return { ok: true, command: { kind: "nothing" } };
  if (isNodeVerb(word)) return parseNodeCommand(word, rest);
  if (word === "api") return parseApiCommand(rest);
  if (word !== "help" && word !== "nodes" && word !== "join") return explain(`unknown command ${JSON.stringify(word)}`);
  if (rest.length > 0) return explain(`"${word}" stands alone, but ${JSON.stringify(rest.join(" "))} follows it`);
  return { ok: true, command: { kind: word } };
}

function isNodeVerb(word: string): word is NodeVerb {
  return Object.hasOwn(nodeVerbs, word);
}

function explain(problem: string): Parsed {
  return { ok: false, problem: `${problem}; "help" lists the commands` };
}

function parseNodeCommand(verb: NodeVerb, rest: string[]): Parsed {
  const [name] = rest;
  if (name === undefined || rest.length > 1) return explain(`"${verb}" needs the name of one node: ${verb} NODE`);
  return { ok: true, command: { kind: "node", verb, name } };
}

function parseApiCommand([state, seconds, ...rest]: string[]): Parsed {
  const usage = '"api" is followed by "down", "up" or "errors [SECONDS]"';
  if (rest.length > 0) return explain(usage);
  if (state === "errors") return parseSeconds(seconds ?? String(apiErrorsSeconds.default));
  if ((state !== "down" && state !== "up") || seconds !== undefined) return explain(usage);
  return { ok: true, command: { kind: "api", state } };
}

function parseSeconds(text: string): Parsed {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= apiErrorsSeconds.max)) {
    return explain(
      `the seconds of "api errors" are ${JSON.stringify(text)}, not a number up to ${apiErrorsSeconds.max}`,
    );
  }
  return { ok: true, command: { kind: "api-errors", seconds } };
}

/** Carries a command out. The lines are its answer to whoever typed it; what happens is announced by the sandbox. */
export async function runCommand(sandbox: Sandbox, command: Command): Promise<string[]> {
  switch (command.kind) {
    case "nothing":
      return [];
    case "help":
      return help;
    case "nodes":
      return nodeLines(sandbox);
    case "join":
      return problems(await sandbox.join());
    case "node":
      return problems(await runNodeVerb(sandbox, command.verb, command.name));
    case "api":
      return problems(await (command.state === "up" ? sandbox.apiUp() : sandbox.apiDown()));
    case "api-errors":
      return problems(await sandbox.apiErrors(command.seconds * 1000));
  }
}

function runNodeVerb(sandbox: Sandbox, verb: NodeVerb, name: string): Promise<Done> {
  switch (verb) {
    case "stop":
      return sandbox.stopKubelet(name);
    case "dark":
      return sandbox.goDark(name);
    case "return":
      return sandbox.returnNode(name);
    case "leave":
      return sandbox.leave(name);
    case "move":
      return sandbox.changeAddress(name);
  }
}

function problems(result: Done): string[] {
  return result.ok ? [] : [result.problem];
}

function nodeLines(sandbox: Sandbox): string[] {
  const rows = sandbox.store.list().map((node) => {
    const { name } = node.metadata;
    const endpoint = `${internalAddress(node) ?? "no address"}:${kubeletPort(node)}`;
    const ready = conditionOf(node, "Ready")?.status === "True" ? "Ready" : "NotReady";
    return [name, endpoint, sandbox.kubelets.state(name) ?? "no kubelet here", ready] as const;
  });
  const nameWidth = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(
    ([name, endpoint, state, ready]) =>
      `${name.padEnd(nameWidth)}  ${endpoint.padEnd(21)}  ${state.padEnd(9)}  ${ready}`,
  );
}
