import { type Parsed, quote } from "../../config/values.ts";
import type { ProblemList } from "./problem-list.ts";
import type { Path, Tree } from "./read-tree.ts";

export type PlainMap = Readonly<Record<string, unknown>>;

/** Where in a file something stands, and where to say what is wrong with it. */
export interface Place {
  readonly tree: Tree;
  readonly path: Path;
  /** `entry 3`, as a problem begins. */
  readonly name: string;
  readonly problems: ProblemList;
}

/** Notes a problem of what `inside` leads to, from `place` on: the end of a sentence that begins with its name. */
export function complain(place: Place, inside: Path, problem: string): void {
  const line = place.problems.isFull ? undefined : place.tree.lineOf([...place.path, ...inside]);
  place.problems.add(line, `${place.name} ${problem}`);
}

export function asMap(value: unknown): PlainMap | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as PlainMap) : undefined;
}

/** A value as an error shows it. A list or a map may hold itself, so its content is left out. */
export function describe(value: unknown): string {
  if (typeof value === "string") return value === "" ? "empty" : `the text ${quote(value)}`;
  if (Array.isArray(value)) return "a list";
  if (value === null || value === undefined) return "empty";
  return typeof value === "object" ? "a map" : `${typeof value} ${String(value)}`;
}

/** Labels of Prometheus and Kubernetes are seldom longer than 63; every one of them stands in each scrape. */
const maxTextLength = 253;

/** A short text on one line; empty where there is none. */
export function readText(value: unknown): Parsed<string> {
  if (value === null || value === undefined) return { value: "" };
  if (typeof value !== "string") return { problem: `is ${describe(value)}; write a text, in quotes where it is JSON` };
  const text = value.trim();
  if (text.length > maxTextLength) {
    return { problem: `${quote(text)} has ${text.length} characters; ${maxTextLength} are the most` };
  }
  if (/[\p{Cc}\u2028\u2029]/u.test(text))
    return { problem: `${quote(text)} has a control character in it; leave it out` };
  return { value: text };
}
