import { LineCounter, parseDocument } from "yaml";
import { asObject } from "../read-node.ts";
import { notText, typeOf } from "./entry-reader.ts";
import type { Entries, KubeconfigEntry } from "./kubeconfig.ts";

/** What one file says. */
export interface ParsedKubeconfig {
  readonly currentContext: string;
  readonly contexts: Entries;
  readonly clusters: Entries;
  readonly users: Entries;
}

export type ParseResult = ParsedKubeconfig | { readonly problems: readonly string[] };

/**
 * Reads the text of a kubeconfig (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/) as far as its lists
 * of named entries. This file loads the YAML library; import it only where there is a kubeconfig.
 */
export function parseKubeconfig(text: string, file: string): ParseResult {
  const yaml = parseYaml(text);
  if ("problem" in yaml) return { problems: [`${file} ${yaml.problem}`] };
  // An empty file is an empty kubeconfig, as for kubectl.
  const root = asObject(yaml.value ?? {});
  if (root === undefined) {
    return { problems: [`${file} is no kubeconfig: it holds ${typeOf(yaml.value)}, not an object`] };
  }
  const problems = kindProblems(root, file);
  const currentContext = root["current-context"] ?? "";
  if (typeof currentContext !== "string") {
    problems.push(`${file}: current-context is ${notText(currentContext)}`);
  }
  const lists = [
    ["contexts", "context"],
    ["clusters", "cluster"],
    ["users", "user"],
  ] as const;
  const [contexts, clusters, users] = lists.map(([list, key]) => readEntries(root, list, key, file, problems));
  if (problems.length > 0 || contexts === undefined || clusters === undefined || users === undefined)
    return { problems };
  return { currentContext: String(currentContext), contexts, clusters, users };
}

/** The first document of a YAML text. No part of the text is in the problem: it may be a token. */
function parseYaml(text: string): { readonly value: unknown } | { readonly problem: string } {
  const lineCounter = new LineCounter();
  try {
    // `merge`: the keys "<<", which kubectl's parser (YAML 1.1) knows. The library's own errors quote the text.
    const document = parseDocument(text, { lineCounter, merge: true, prettyErrors: false, logLevel: "silent" });
    const error = document.errors.find(({ code }) => code !== "MULTIPLE_DOCS");
    if (error === undefined) return { value: document.toJS() };
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const why = error.code.toLowerCase().replaceAll("_", " ");
    return { problem: `is not YAML: ${why} at line ${line}, column ${col}; "kubectl config view" would say more` };
  } catch {
    // Aliases without an anchor, too many aliases, or thousands of levels.
    return { problem: "is not YAML that can be taken: its aliases or its levels are too many, or lead nowhere" };
  }
}

function kindProblems(root: Record<string, unknown>, file: string): string[] {
  const { kind, apiVersion } = root;
  const right = (kind ?? "Config") === "Config" && (apiVersion ?? "v1") === "v1";
  // Both are words that Kubernetes made; still, whatever stands there is not repeated.
  return right ? [] : [`${file} is no kubeconfig: its kind is not Config, or its apiVersion is not v1`];
}

/** A list of `{name, [key]: {...}}`; undefined where it cannot be read. */
function readEntries(
  root: Record<string, unknown>,
  list: string,
  key: string,
  file: string,
  problems: string[],
): Entries | undefined {
  const items = root[list] ?? [];
  if (!Array.isArray(items)) {
    problems.push(`${file}: ${list} is ${typeOf(items)}, not a list`);
    return undefined;
  }
  const entries = new Map<string, KubeconfigEntry>();
  for (const [index, item] of items.entries()) {
    const flaw = addEntry(entries, item, key, file);
    if (flaw !== undefined) problems.push(`${file}: ${list}[${index}] ${flaw}`);
  }
  return entries;
}

/** Adds one item of a list, or says what is wrong with it. */
function addEntry(entries: Map<string, KubeconfigEntry>, value: unknown, key: string, file: string) {
  const item = asObject(value ?? {});
  if (item === undefined) return `is ${typeOf(value)}, not an object`;
  const name = item.name ?? "";
  if (typeof name !== "string") return `has a name that is ${notText(name)}`;
  const fields = asObject(item[key] ?? {});
  if (fields === undefined) return `has ${typeOf(item[key])} as its ${key}, not an object`;
  if (entries.has(name)) return `has the name of another; kubectl takes no name twice in one file`;
  entries.set(name, { name, file, fields });
  return undefined;
}
