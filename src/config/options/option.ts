import type { Parser } from "../values.ts";

export const commands = ["serve", "check", "targets", "top", "demo", "sandbox", "completion"] as const;
export type Command = (typeof commands)[number];

/** One setting: a flag and, for most, an environment variable. */
export interface Option<Value> {
  /** One letter that stands for the flag behind a single dash, where kubectl has it too. */
  readonly short?: string;
  readonly env?: string;
  /** Other variables for some commands, where the same words mean another thing. */
  readonly envs?: Partial<Record<Command, string>>;
  /** What stands for the value in the help; a flag without one is a switch. */
  readonly argument?: string;
  readonly meaning: string;
  readonly meanings?: Partial<Record<Command, string>>;
  /** As a user would write it. Without one, an absent setting is undefined. */
  readonly fallback?: string;
  /** Other defaults for some commands. */
  readonly fallbacks?: Partial<Record<Command, string>>;
  /** The option that says the same in another way; only one of the two counts. */
  readonly insteadOf?: string;
  /** May be given several times; the texts come to the parser one a line. In a variable they stand behind commas. */
  readonly repeats?: true;
  /** Takes several values with commas between them: in a file they can be a list. */
  readonly isList?: true;
  readonly commands: readonly Command[];
  readonly parse: Parser<Value>;
}

/** Commands that take the same options. */
export const asking: readonly Command[] = ["serve", "check", "targets"];
export const probing: readonly Command[] = ["serve", "check", "demo"];
export const watching: readonly Command[] = ["serve", "demo"];
export const selecting: readonly Command[] = ["serve", "check", "targets", "demo"];
export const mocking: readonly Command[] = ["demo", "sandbox"];

/** An option that always has a value. */
export type Defaulted<Value> = Option<Value> & { readonly fallback: string };

/** An option that may be absent. These two keep the type of each value while the table is checked against Option. */
export function optional<Value>(spec: Option<Value>): Option<Value> {
  return spec;
}

export function defaulted<Value>(spec: Defaulted<Value>): Defaulted<Value> {
  return spec;
}
