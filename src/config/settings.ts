import type { Arguments } from "./arguments.ts";
import type { Face } from "./face.ts";
import type { Command, Option } from "./options/option.ts";
import { type OptionName, options, variableOf } from "./options.ts";
import { type OptionTexts, readOptionFile } from "./read-option-file.ts";
import { quoteUnlessToken } from "./values.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings come from besides the command line. */
export interface Sources {
  readonly env: Environment;
  /** Text of a file; throws the system's error. */
  readonly readFile: (path: string) => string;
}

/** Finds the text of a setting, reads it and notes what is wrong with it. */
export class Settings {
  readonly #args: Arguments;
  readonly #env: Environment;
  readonly #problems: string[];
  readonly #face: Face;
  #file: { readonly path: string; readonly texts: OptionTexts } | undefined;

  constructor(args: Arguments, env: Environment, problems: string[], face: Face) {
    this.#args = args;
    this.#env = env;
    this.#problems = problems;
    this.#face = face;
  }

  /** Reads the file that --config names, where it names one; what stands there counts from now on. */
  takeFile(sources: Sources): void {
    const { command } = this.#args;
    const path = command !== undefined && fits("config", command) ? this.text("config") : undefined;
    if (path === undefined) return;
    const text = readNamedFile(path, this.source("config"), sources, this.#problems);
    if (text === undefined) return;
    const problems: string[] = [];
    const texts = [...readOptionFile(text, problems)].filter(([name]) => !this.#face.isKubectl || !namesCluster(name));
    this.#file = { path, texts: new Map(texts) };
    this.#problems.push(...problems.map((problem) => `${this.source("config")}: ${path}: ${problem}`));
  }

  read(name: OptionName): unknown {
    const option: Option<unknown> = options[name];
    const { command } = this.#args;
    // Of a command that is none, it cannot be told which options fit it.
    const itFits = command === undefined || fits(name, command);
    if (!itFits && this.#args.flags.has(name)) {
      this.#problems.push(`--${name} is not an option of "${this.#face.program} ${command}"`);
    }
    const text = (itFits ? this.text(name) : undefined) ?? fallbackOf(option, command);
    if (text === undefined) return undefined;
    const parsed = option.parse(text);
    if ("value" in parsed) return parsed.value;
    this.#problems.push(`${this.source(name)}: ${parsed.problem}`);
    return undefined;
  }

  /** The text that counts: a flag beats the variable, also that of the option it stands in for, and that the file. */
  text(name: OptionName): string | undefined {
    const { flags } = this.#args;
    const { insteadOf } = options[name] as Option<unknown>;
    const beaten = insteadOf !== undefined && flags.has(insteadOf);
    if (flags.has(name) || beaten) return flags.get(name);
    const text = this.#variable(name);
    if (text === undefined) return this.#file?.texts.get(name);
    return "repeats" in options[name] ? text.replaceAll(",", "\n") : text;
  }

  isFlag(name: OptionName): boolean {
    return this.#args.flags.has(name);
  }

  given(name: OptionName): boolean {
    return this.text(name) !== undefined;
  }

  /** Of two settings that say the same in two ways, the one that is given. */
  choose(a: OptionName, b: OptionName): OptionName | undefined {
    if (this.given(a) && this.given(b)) {
      this.#problems.push(`${this.source(a)} and ${this.source(b)} are both given; leave one of them out`);
    }
    return [a, b].find((name) => this.given(name));
  }

  /** The name by which the user gave it, or both names where they did not. */
  source(name: OptionName): string {
    const env = variableOf(options[name], this.#args.command);
    if (this.#args.flags.has(name) || env === undefined) return `--${name}`;
    if (this.#variable(name) !== undefined) return env;
    return this.#file?.texts.has(name) ? `${name} in ${this.#file.path}` : `--${name} (${env})`;
  }

  /** An empty variable is one that is not set. */
  #variable(name: OptionName): string | undefined {
    const env = variableOf(options[name], this.#args.command);
    return env === undefined ? undefined : this.#env[env] || undefined;
  }
}

/** Where kubectl's users look for their cluster, a file of PinGo's has no say. */
function namesCluster(name: OptionName): boolean {
  return name === "kubeconfig" || name === "context";
}

function fits(name: OptionName, command: Command): boolean {
  return (options[name].commands as readonly Command[]).includes(command);
}

function fallbackOf(option: Option<unknown>, command: Command | undefined): string | undefined {
  return (command === undefined ? undefined : option.fallbacks?.[command]) ?? option.fallback;
}

/** Undefined after noting why it cannot be read. */
export function readNamedFile(path: string, source: string, sources: Sources, problems: string[]): string | undefined {
  try {
    return sources.readFile(path);
  } catch (error) {
    // The system's message goes on with the path, which may be a token that was taken for one.
    const [why] = (error as Error).message.split(", ");
    problems.push(`${source}: ${quoteUnlessToken(path)} cannot be read (${why}); give the path of a file`);
    return undefined;
  }
}
