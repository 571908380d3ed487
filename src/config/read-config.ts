import { readArguments } from "./arguments.ts";
import { asFace } from "./as-face.ts";
import { assembleConfig } from "./assemble-config.ts";
import { checkTogether } from "./check-together.ts";
import type { Config } from "./config.ts";
import { type Face, pingoFace } from "./face.ts";
import type { Command } from "./options/option.ts";
import { type OptionValues, optionNames, options } from "./options.ts";
import { readApi, readSources } from "./read-api.ts";
import { Settings, type Sources } from "./settings.ts";
import { unknownVariables } from "./unknown-variables.ts";

export type ReadConfig =
  | { readonly want: "run"; readonly command: Command; readonly config: Config }
  | { readonly want: "help"; readonly command: Command | undefined }
  | { readonly want: "version" }
  /** Every problem there is, each a sentence with the name, the value and what would do. */
  | { readonly want: "nothing"; readonly problems: readonly string[] };

/** Reads the command line, the environment and the file of options; a flag beats a variable, and both beat the file. */
export function readConfig(argv: readonly string[], given: Sources, face: Face = pingoFace): ReadConfig {
  const { args, sources, overrides } = asFace(readArguments(argv, face), given, face);
  if (args.help && args.command !== undefined) return { want: "help", command: args.named ? args.command : undefined };
  if (args.version) return { want: "version" };
  const problems = [...args.problems, ...unknownVariables(sources.env)];
  const settings = new Settings(args, sources.env, problems, face);
  settings.takeFile(sources);
  const values = Object.fromEntries(optionNames.map((name) => [name, settings.read(name)])) as OptionValues;
  const asksApi = args.command !== undefined && options.api.commands.includes(args.command);
  const api = asksApi ? readApi(values, settings, sources, problems) : undefined;
  checkTogether(values, args, settings, problems);
  if (args.command === undefined || problems.length > 0) return { want: "nothing", problems };
  const config = assembleConfig(values, { ...readSources(values, settings, api, problems), overrides });
  if (problems.length > 0) return { want: "nothing", problems };
  return { want: "run", command: args.command, config };
}
