import type { TestEvent } from "node:test/reporters";
import { textTable } from "../src/cli/text-table.ts";
import { type Figures, readFigures } from "../test/support/figures.ts";

/** One test that has ended. */
export interface Check {
  /** Names of what it stands in, the outermost first. */
  readonly within: readonly string[];
  readonly name: string;
  readonly result: "pass" | "fail" | "skip";
  /** Of a failure or a skip. */
  readonly why: string | undefined;
  readonly seconds: number;
  readonly figures: Figures[];
}

type Ended = Extract<TestEvent, { type: "test:pass" | "test:fail" }>;

/** Lines of a failure's message; the whole of it is in the test's own output. */
const maxWhyLines = 12;

/** Turns what node:test tells of its tests into lines for people: each check as it ends, its figures below it. */
export class LabReport {
  readonly checks: Check[] = [];
  readonly #write: (text: string) => void;
  /** What has begun, by depth. */
  readonly #names: string[] = [];
  #heading: string | undefined;
  /** The last check, whose figures are still to come. */
  #open: Check | undefined;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  take(event: TestEvent): void {
    if (event.type === "test:start") this.#names[event.data.nesting] = event.data.name;
    if (event.type === "test:pass" || event.type === "test:fail") this.#ended(event);
    if (event.type !== "test:diagnostic") return;
    const figures = readFigures(event.data.message);
    if (figures !== undefined) this.#open?.figures.push(figures);
  }

  /** Nothing ran where something should have: a name that changed must not look like a success. */
  missing(what: string): void {
    this.#flush();
    const why = "no check of it ran";
    this.#open = { within: [], name: what, result: "fail", why, seconds: 0, figures: [] };
    this.checks.push(this.#open);
  }

  /** Writes what is held back and the last line. */
  end(seconds: number): void {
    this.#flush();
    const count = (result: Check["result"]) => this.checks.filter((check) => check.result === result).length;
    const [pass, fail, skip] = [count("pass"), count("fail"), count("skip")];
    this.#write(`\n${fail === 0 ? "PASS" : "FAIL"}: ${pass} passed, ${fail} failed, ${skip} skipped in ${seconds} s\n`);
  }

  get failed(): boolean {
    return this.checks.some(({ result }) => result === "fail");
  }

  #ended({ type, data }: Ended): void {
    this.#flush();
    const { name, nesting, details, skip } = data;
    const error = type === "test:fail" ? (data.details.error as FailureOfTest) : undefined;
    // A file is no check: one in which nothing ran has shown nothing.
    if (nesting === 0 && error === undefined && !skip && data.file?.endsWith(name)) return;
    // A suite is its tests, unless it was skipped as a whole or failed by itself.
    if (details.type === "suite" && !skip && (error?.failureType ?? "subtestsFailed") === "subtestsFailed") return;
    const failure = error === undefined ? undefined : messageOf(error);
    this.#open = {
      within: this.#names.slice(0, nesting),
      name,
      result: failure !== undefined ? "fail" : skip ? "skip" : "pass",
      why: failure ?? (typeof skip === "string" ? skip : undefined),
      seconds: Math.round(details.duration_ms / 100) / 10,
      figures: [],
    };
    this.checks.push(this.#open);
  }

  #flush(): void {
    if (this.#open === undefined) return;
    const { within, name, result, why, seconds, figures } = this.#open;
    this.#open = undefined;
    const heading = within.join(": ");
    if (heading !== this.#heading) this.#write(heading === "" ? "\n" : `\n${heading}\n`);
    this.#heading = heading;
    this.#write(`  ${result === "fail" ? "FAIL" : result}  ${name} (${seconds} s)\n`);
    if (why !== undefined) this.#write(indent(why.split("\n").slice(0, maxWhyLines).join("\n")));
    if (figures.length > 0) this.#write(indent(tableOf(figures)));
  }
}

interface FailureOfTest extends Error {
  readonly failureType?: string;
}

function messageOf(error: FailureOfTest): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function tableOf(rows: readonly Figures[]): string {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = [...names].map((name) => ({
    title: name.replaceAll("_", " "),
    cell: (row: Figures) => String(row[name] ?? ""),
    align: rows.some((row) => typeof row[name] === "string") ? ("left" as const) : ("right" as const),
  }));
  return textTable(columns, rows);
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `        ${line}\n`)
    .join("");
}
