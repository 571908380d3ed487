import { seconds } from "./seconds.ts";

/** After so many violations the rest tells nothing new. */
const maxViolations = 10;

/** What happened in a run and what was not as it has to be, a line each, with the second in which it was. */
export class Chronicle {
  readonly lines: string[] = [];
  readonly violations: string[] = [];
  readonly #known = new Set<string>();
  readonly #startMs = performance.now();

  note(what: string): void {
    this.lines.push(`${this.#now()}: ${what}`);
  }

  /** Of the same `rule` only the first counts: what is lost once is lost at every look after it. */
  violate(rule: string, what = rule): void {
    if (this.#known.has(rule) || this.isFull) return;
    this.#known.add(rule);
    this.violations.push(`at ${this.#now()}: ${what}`);
    this.note(`VIOLATION: ${what}`);
  }

  get isFull(): boolean {
    return this.violations.length >= maxViolations;
  }

  #now(): string {
    return seconds(performance.now() - this.#startMs);
  }
}
