import { accessOptions } from "./options/access-options.ts";
import { engineOptions } from "./options/engine-options.ts";
import { historyOptions } from "./options/history-options.ts";
import type { Command, Defaulted, Option } from "./options/option.ts";
import { outputOptions } from "./options/output-options.ts";
import { probingOptions } from "./options/probing-options.ts";
import { sandboxOptions } from "./options/sandbox-options.ts";
import { servingOptions } from "./options/serving-options.ts";

/** Every option of every command, in the order in which the help shows them. */
export const options = {
  ...accessOptions,
  ...probingOptions,
  ...engineOptions,
  ...servingOptions,
  ...historyOptions,
  ...sandboxOptions,
  ...outputOptions,
} as const;

/** The variable of an option; the one that it has in most commands where none is named. */
export function variableOf({ env, envs }: Option<unknown>, command: Command | undefined): string | undefined {
  return (command === undefined ? undefined : envs?.[command]) ?? env;
}

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as OptionName[];

/** The option that a word behind the command is; undefined where the command takes none. */
export function wordOption(command: Command): "url" | "shell" | undefined {
  return (["url", "shell"] as const).find((name) => (options[name].commands as readonly Command[]).includes(command));
}

/** The value that each option reads to; undefined only where an option without a default is absent. */
export type OptionValues = {
  readonly [Name in OptionName]: (typeof options)[Name] extends Defaulted<infer Value>
    ? Value
    : (typeof options)[Name] extends Option<infer Value>
      ? Value | undefined
      : never;
};
