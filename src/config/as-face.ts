import type { Arguments } from "./arguments.ts";
import type { Face } from "./face.ts";
import { kubectlOptions, kubectlSays, takesKubectlFlags } from "./kubectl-options.ts";
import { type OptionName, options, variableOf } from "./options.ts";
import type { Sources } from "./settings.ts";

/**
 * Takes out what only kubectl's users say. They mean the kubeconfig, and so what names an API to PinGo alone counts neither
 * as a flag nor as a variable that happens to be set.
 */
export function asFace(args: Arguments, sources: Sources, face: Face) {
  const nothing: ReadonlyMap<string, string> = new Map();
  const isOnlyKubectls = (name: string) => Object.hasOwn(kubectlOptions, name) && !Object.hasOwn(options, name);
  const problems = [...args.problems];
  if (!takesKubectlFlags(args.command)) {
    // Nothing else would tell: these are in no command's list of options.
    const strange = [...args.flags.keys()].filter(isOnlyKubectls);
    problems.push(...strange.map((name) => `--${name} is not an option of "${face.program} ${args.command}"`));
  }
  if (!face.isKubectl || !takesKubectlFlags(args.command)) {
    return { args: { ...args, problems }, sources, overrides: nothing };
  }
  const overrides = new Map([...args.flags].filter(([name]) => Object.hasOwn(kubectlOptions, name)));
  const flags = new Map([...args.flags].filter(([name]) => !overrides.has(name)));
  const variables = new Set<string>(["PINGO_CONTEXT"]);
  for (const [name, instead] of Object.entries(kubectlSays) as [OptionName, string][]) {
    variables.add(variableOf(options[name], args.command) ?? "");
    if (flags.delete(name))
      problems.push(`--${name} is no option of "${face.program}"; say --${instead}, as kubectl does`);
  }
  if (overrides.size > 0 && (flags.get("context") ?? "").includes("\n")) {
    problems.push(`--${[...overrides.keys()].join(", --")}: of which of several contexts? name one`);
  }
  const env = Object.fromEntries(Object.entries(sources.env).filter(([name]) => !variables.has(name)));
  return { args: { ...args, flags, problems }, sources: { ...sources, env }, overrides };
}
