import { dirname, resolve } from "node:path";
import { quote } from "../../../config/values.ts";
import { asObject } from "../read-node.ts";
import type { KubeconfigEntry } from "./kubeconfig.ts";

/** What a value is, for the end of a sentence. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value === "string" ? "text" : typeof value}`;
}

/** The end of a sentence about a value that should be text. */
export function notText(value: unknown): string {
  return `${typeOf(value)} where text should be${typeof value === "object" ? "" : "; put it in quotes"}`;
}

/** YAML 1.1, which kubectl reads, has more words for the two than YAML 1.2. */
const booleanWords: Record<string, boolean> = { yes: true, on: true, true: true, no: false, off: false, false: false };

/**
 * Reads an entry's fields by their types. What is wrong is noted as a sentence and reads as if it were not there, so
 * that everything wrong is told at once. A value is never part of a problem: it may be a secret.
 */
export class EntryReader {
  readonly #label: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #folder: string;
  readonly #problems: string[];

  constructor(label: string, fields: Readonly<Record<string, unknown>>, folder: string, problems: string[]) {
    this.#label = label;
    this.#fields = fields;
    this.#folder = folder;
    this.#problems = problems;
  }

  /** Its problems begin like `user "admin" in /etc/kubeconfig: `. */
  static of(kind: string, { name, file, fields }: KubeconfigEntry, problems: string[]): EntryReader {
    return new EntryReader(`${kind} ${quote(name)} in ${file}`, fields, dirname(resolve(file)), problems);
  }

  /** Notes `label: sentence`. */
  trouble(sentence: string): void {
    this.#problems.push(`${this.#label}: ${sentence}`);
  }

  /** Empty where it is absent: kubectl makes no difference between the two. */
  text(name: string): string {
    const value = this.raw(name) ?? "";
    if (typeof value === "string") return value;
    this.trouble(`${name} is ${notText(value)}`);
    return "";
  }

  /** A path to a file, made absolute; empty where it is absent. */
  path(name: string): string {
    const path = this.text(name);
    return path === "" ? "" : resolve(this.#folder, path);
  }

  /** A command: one with a slash in it is a path, any other is for the PATH variable to find. */
  command(name: string): string {
    const command = this.text(name);
    return /[\\/]/.test(command) ? resolve(this.#folder, command) : command;
  }

  flag(name: string): boolean {
    const value = this.raw(name) ?? false;
    const flag = typeof value === "string" ? booleanWords[value.toLowerCase()] : value;
    if (typeof flag === "boolean") return flag;
    this.trouble(`${name} is neither true nor false`);
    return false;
  }

  texts(name: string): readonly string[] {
    const value = this.raw(name) ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    this.trouble(`${name} is not a list of texts`);
    return [];
  }

  /** Texts under names of the user's own. */
  textLists(name: string): ReadonlyMap<string, readonly string[]> {
    const object = this.#object(name) ?? {};
    const reader = this.#inside(name, object);
    return new Map(Object.keys(object).map((key) => [key, reader.texts(key)]));
  }

  /** An object inside; undefined where it is absent. */
  nested(name: string): EntryReader | undefined {
    const object = this.#object(name);
    return object === undefined ? undefined : this.#inside(name, object);
  }

  /** The objects of a list. */
  list(name: string): readonly EntryReader[] {
    const value = this.raw(name) ?? [];
    const objects = Array.isArray(value) ? value.map((item) => asObject(item)) : [undefined];
    if (objects.includes(undefined)) this.trouble(`${name} is not a list of objects`);
    return objects.filter((object) => object !== undefined).map((object) => this.#inside(name, object));
  }

  /** Whether there is nothing, and nothing that is wrong either. */
  lacks(name: string): boolean {
    return (this.raw(name) ?? "") === "";
  }

  raw(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  #object(name: string): Record<string, unknown> | undefined {
    const value = this.raw(name) ?? undefined;
    const object = asObject(value);
    if (value !== undefined && object === undefined) this.trouble(`${name} is ${typeOf(value)}, not an object`);
    return object;
  }

  #inside(name: string, fields: Record<string, unknown>): EntryReader {
    return new EntryReader(`${this.#label}: ${name}`, fields, this.#folder, this.#problems);
  }
}
