import type { Face } from "./face.ts";
import type { Command } from "./options/option.ts";
import { type OptionName, optionNames, options } from "./options.ts";

/** A flag of kubectl's that puts something in the place of what the kubeconfig says. */
export interface KubectlOption {
  readonly short?: string;
  /** What stands for the value in the help; a flag without one is a switch. */
  readonly argument?: string;
  readonly meaning: string;
  readonly repeats?: true;
  /** The entry of the kubeconfig that it changes, and the field there. */
  readonly entry: "context" | "cluster" | "user";
  readonly field: string;
  /** The value is a path, which starts from the working folder and not from that of the kubeconfig. */
  readonly isPath?: true;
  /** Fields that do not count any more beside it. */
  readonly replaces?: readonly string[];
}

const trust = ["certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify"];
const identity = ["token", "tokenFile", "username", "password"];

/** kubectl's global flags (`kubectl options`), as far as they say which API is asked and as whom. */
export const kubectlOptions: Readonly<Record<string, KubectlOption>> = {
  cluster: { argument: "NAME", meaning: "cluster of the kubeconfig", entry: "context", field: "cluster" },
  user: { argument: "NAME", meaning: "user of the kubeconfig", entry: "context", field: "user" },
  server: {
    short: "s",
    argument: "URL",
    meaning: "URL of the Kubernetes API",
    entry: "cluster",
    field: "server",
    replaces: ["tls-server-name"],
  },
  "certificate-authority": {
    argument: "FILE",
    meaning: "file with the API's certificate authority, PEM",
    entry: "cluster",
    field: "certificate-authority",
    isPath: true,
    replaces: trust,
  },
  "insecure-skip-tls-verify": {
    meaning: "do not check the API's certificate: whoever is on the way can read the token",
    entry: "cluster",
    field: "insecure-skip-tls-verify",
    replaces: trust,
  },
  "tls-server-name": {
    argument: "NAME",
    meaning: "name that the API's certificate has to be for",
    entry: "cluster",
    field: "tls-server-name",
  },
  token: {
    argument: "TOKEN",
    meaning: "bearer token; it can be seen in the list of processes",
    entry: "user",
    field: "token",
    replaces: identity,
  },
  "client-certificate": {
    argument: "FILE",
    meaning: "client certificate, PEM",
    entry: "user",
    field: "client-certificate",
    isPath: true,
    replaces: ["client-certificate-data"],
  },
  "client-key": {
    argument: "FILE",
    meaning: "its key, PEM",
    entry: "user",
    field: "client-key",
    isPath: true,
    replaces: ["client-key-data"],
  },
  as: { argument: "NAME", meaning: "user to be for this request", entry: "user", field: "as" },
  "as-group": {
    argument: "NAME",
    meaning: "group to be in for this request; can be repeated",
    repeats: true,
    entry: "user",
    field: "as-groups",
  },
  "as-uid": { argument: "UID", meaning: "uid to have for this request", entry: "user", field: "as-uid" },
};

/** What PinGo calls otherwise than kubectl, and by which flag kubectl's users say it. */
export const kubectlSays: Partial<Record<OptionName, string>> = {
  api: "server",
  token: "token",
  "token-file": "token",
  ca: "certificate-authority",
  "ca-file": "certificate-authority",
};

/** Options that kubectl has under another name. Both names are taken everywhere. */
export const kubectlNames: Partial<Record<OptionName, string>> = { "node-selector": "selector" };

/** Flags of kubectl's that say nothing about nodes, and why they are left out. */
export const kubectlRefuses: Readonly<Record<string, string>> = {
  namespace: "nodes are in no namespace; leave it out",
  n: "nodes are in no namespace; leave it out",
  "all-namespaces": "nodes are in no namespace; leave it out",
  A: "nodes are in no namespace; leave it out",
  "request-timeout": "PinGo gives up on an API by itself; leave it out",
  username: "put name and password into the kubeconfig",
  password: "put name and password into the kubeconfig",
};

/** Whether kubectl's flags count for a command: those that ask an API do. */
export function takesKubectlFlags(command: Command | undefined): boolean {
  return command !== undefined && options.api.commands.includes(command);
}

/** The flags of a command, in the order in which the help shows them: kubectl's, where they count, and PinGo's own. */
export function flagsOfCommand(command: Command, { isKubectl }: Face) {
  const byKubectl = isKubectl && takesKubectlFlags(command);
  const own = optionNames.filter((name) => (options[name].commands as readonly Command[]).includes(command));
  return {
    kubectl: byKubectl ? Object.entries(kubectlOptions) : [],
    own: byKubectl ? own.filter((name) => kubectlSays[name] === undefined) : own,
    byKubectl,
  };
}
