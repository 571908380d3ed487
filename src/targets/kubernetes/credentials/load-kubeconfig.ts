import { delimiter, join } from "node:path";
import type { Entries, Kubeconfig, KubeconfigEntry } from "./kubeconfig.ts";
import type { ParsedKubeconfig } from "./parse-kubeconfig.ts";

export interface KubeconfigSources {
  /** Files that the user names in a flag: these and no others, and each has to be there. */
  readonly flag?: readonly string[];
  /** The variable KUBECONFIG: files separated as in PATH; those that are not there are passed over. */
  readonly variable?: string | undefined;
  /** The variable HOME, as for kubectl: where neither is given, `.kube/config` there. */
  readonly homeDir?: string | undefined;
  /** Text of a file; throws the system's error. */
  readonly readFile: (path: string) => string;
}

export type LoadedKubeconfig = { readonly kubeconfig: Kubeconfig } | { readonly problems: readonly string[] };

/** A kubeconfig of a thousand clusters is 4 MB. */
const maxCharacters = 16 * 1024 * 1024;

/**
 * Reads kubeconfig files and merges them as kubectl does
 * (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files):
 * the first file to name a cluster, a user, a context or the current context wins, and nothing of a later one's entry
 * of the same name is mixed in. Every problem of every file is told at once, each a sentence. Where no file is there,
 * the kubeconfig is an empty one and its `missing` says where it was looked for.
 */
export async function loadKubeconfig(sources: KubeconfigSources): Promise<LoadedKubeconfig> {
  const problems: string[] = [];
  const missing: string[] = [];
  const texts = new Map<string, string>();
  for (const path of new Set(pathsOf(sources))) {
    const text = readText(path, sources, missing, problems);
    if (text !== undefined) texts.set(path, text);
  }
  const parsed = await parseAll(texts, problems);
  if (problems.length > 0) return { problems };
  return { kubeconfig: { ...merge(parsed), files: [...texts.keys()], missing } };
}

function pathsOf({ flag = [], variable = "", homeDir = "" }: KubeconfigSources): readonly string[] {
  const named = flag.length > 0 ? flag : variable.split(delimiter);
  const paths = named.filter((path) => path !== "");
  if (paths.length > 0) return paths;
  return homeDir === "" ? [] : [join(homeDir, ".kube", "config")];
}

function readText(path: string, sources: KubeconfigSources, missing: string[], problems: string[]): string | undefined {
  const { flag = [], readFile } = sources;
  try {
    const text = readFile(path);
    if (text.length <= maxCharacters) return text;
    problems.push(`${path} is no kubeconfig: it has more than ${maxCharacters / 1024 / 1024} million characters`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && flag.length === 0) missing.push(path);
    else problems.push(`the kubeconfig ${path} cannot be read (${message.split(", ")[0]}); is the path right?`);
  }
  return undefined;
}

async function parseAll(texts: ReadonlyMap<string, string>, problems: string[]): Promise<ParsedKubeconfig[]> {
  if (texts.size === 0) return [];
  // Here and not above: the YAML library is for those who have a kubeconfig.
  const { parseKubeconfig } = await import("./parse-kubeconfig.ts");
  return [...texts].flatMap(([path, text]) => {
    const parsed = parseKubeconfig(text, path);
    if (!("problems" in parsed)) return [parsed];
    problems.push(...parsed.problems);
    return [];
  });
}

function merge(files: readonly ParsedKubeconfig[]): ParsedKubeconfig {
  return {
    currentContext: files.find(({ currentContext }) => currentContext !== "")?.currentContext ?? "",
    contexts: mergeEntries(files.map(({ contexts }) => contexts)),
    clusters: mergeEntries(files.map(({ clusters }) => clusters)),
    users: mergeEntries(files.map(({ users }) => users)),
  };
}

/** In the order of the files; the first entry of a name stays. */
function mergeEntries(lists: readonly Entries[]): Entries {
  const merged = new Map<string, KubeconfigEntry>();
  for (const [name, entry] of lists.flatMap((entries) => [...entries])) {
    if (!merged.has(name)) merged.set(name, entry);
  }
  return merged;
}
