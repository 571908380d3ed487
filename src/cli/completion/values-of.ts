import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Flag } from "../../config/arguments.ts";
import type { Sources } from "../../config/settings.ts";
import type { Entries } from "../../targets/kubernetes/credentials/kubeconfig.ts";
import { loadKubeconfig } from "../../targets/kubernetes/credentials/load-kubeconfig.ts";
import type { Candidate, Candidates } from "./complete.ts";

/** A flag whose value is asked for, and what stands on the command line besides. */
export interface ValueQuestion {
  readonly name: string;
  /** Undefined where there is none of that name. */
  readonly flag: Flag | undefined;
  /** Whether it is kubectl's meaning of the name that counts. */
  readonly isKubectls: boolean;
  readonly flags: ReadonlyMap<string, string>;
  readonly sources: Sources;
}

/** What may stand behind a flag. */
export async function valuesOf(question: ValueQuestion): Promise<Candidates> {
  const { name, flag, isKubectls } = question;
  if (flag === undefined) return { list: [], orFiles: false };
  if (name === "context") return { list: await namesIn("contexts", question), orFiles: false };
  if (isKubectls && name === "cluster") return { list: await namesIn("clusters", question), orFiles: false };
  if (isKubectls && name === "user") return { list: await namesIn("users", question), orFiles: false };
  if (name === "interface") return { list: Object.keys(networkInterfaces()).map(candidate), orFiles: false };
  const words = "parse" in flag ? (flag.parse.words ?? []) : [];
  return { list: words.map(candidate), orFiles: flag.argument === "FILE" };
}

/** The names of a kubeconfig's entries; none where it cannot be read, which is not the moment to tell. */
async function namesIn(
  list: "contexts" | "clusters" | "users",
  { flags, sources: { env, readFile } }: ValueQuestion,
): Promise<Candidate[]> {
  const named = flags.get("kubeconfig");
  const loaded = await loadKubeconfig({
    ...(named !== undefined && { flag: [fromHome(named, env.HOME)] }),
    variable: env.KUBECONFIG,
    homeDir: env.HOME,
    readFile,
  });
  if ("problems" in loaded) return [];
  const entries: Entries = loaded.kubeconfig[list];
  return [...entries.keys()].map(candidate);
}

/** A shell hands on words as they are typed. */
function fromHome(path: string, home: string | undefined): string {
  return path.startsWith("~/") && home !== undefined ? join(home, path.slice(2)) : path;
}

function candidate(word: string): Candidate {
  return { word };
}
