import type { EntryReader } from "./entry-reader.ts";

/** The versions of client.authentication.k8s.io that a plugin may speak. */
export const execApiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"] as const;
export type ExecApiVersion = (typeof execApiVersions)[number];

/** A credential plugin as a kubeconfig names it: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#ExecConfig */
export interface ExecSpec {
  readonly apiVersion: ExecApiVersion;
  /** An absolute path, or a name for the PATH variable to find. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** Whether the plugin is told which cluster it is for. */
  readonly provideClusterInfo: boolean;
  /** What the kubeconfig wants said where the command is missing; may be empty. */
  readonly installHint: string;
  /** The cluster as the plugin is told of it, without its CA's data. */
  readonly cluster: Readonly<Record<string, unknown>>;
}

/** Reads a user's `exec`; undefined after noting why it cannot be used. `cluster` is for plugins that want to know. */
export function readExec(exec: EntryReader, cluster: Readonly<Record<string, unknown>>): ExecSpec | undefined {
  const apiVersion = readApiVersion(exec);
  const command = exec.command("command");
  if (exec.lacks("command")) exec.trouble("command is missing: name the plugin's program");
  checkInteractiveMode(exec, apiVersion);
  const env = new Map(exec.list("env").map((variable) => [variable.text("name"), variable.text("value")]));
  if ([...env.keys()].some((name) => !/^[^=\0]+$/.test(name))) exec.trouble("env has a variable without a proper name");
  const rest = { provideClusterInfo: exec.flag("provideClusterInfo"), installHint: exec.text("installHint") };
  const args = exec.texts("args");
  if ([command, ...args, ...env.values()].some((text) => text.includes("\0"))) {
    exec.trouble("a NUL character is in its command, args or env, which no program can be given");
  }
  return apiVersion === undefined || command === "" ? undefined : { apiVersion, command, args, env, cluster, ...rest };
}

function readApiVersion(exec: EntryReader): ExecApiVersion | undefined {
  const written = exec.text("apiVersion");
  const known = execApiVersions.find((version) => version === written);
  if (known !== undefined) return known;
  const would = `write ${execApiVersions.join(" or ")}, whichever the plugin speaks`;
  if (exec.lacks("apiVersion")) exec.trouble(`apiVersion is missing; ${would}`);
  else if (written.endsWith("/v1alpha1")) exec.trouble(`apiVersion v1alpha1 is no longer spoken by anyone; ${would}`);
  else if (written !== "") exec.trouble(`apiVersion is not one that is known here; ${would}`);
  return undefined;
}

const interactiveModes = ["Never", "IfAvailable", "Always"];

function checkInteractiveMode(exec: EntryReader, apiVersion: ExecApiVersion | undefined): void {
  const mode = exec.text("interactiveMode");
  // Only v1beta1 has a default, which is IfAvailable.
  if (mode === "" && apiVersion === "client.authentication.k8s.io/v1") {
    exec.trouble("interactiveMode is missing, which v1 wants: Never or IfAvailable");
  } else if (mode === "Always") {
    exec.trouble(
      "interactiveMode is Always: the plugin wants to ask somebody at a terminal, and PinGo has none to give",
    );
  } else if (mode !== "" && !interactiveModes.includes(mode)) {
    exec.trouble(`interactiveMode is not one of ${interactiveModes.join(", ")}`);
  }
}
