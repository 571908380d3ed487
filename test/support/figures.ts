import type { TestContext } from "node:test";

/** What a test of the lab has measured, by name, with the unit in it: a row of the report of `npm run lab`. */
export type Figures = Readonly<Record<string, number | string>>;

const mark = "figures: ";

/** Puts a row under the test's name, its numbers to a tenth. JSON, so that both people and the report can read it. */
export function tell(t: TestContext, figures: Figures): void {
  const short = (_name: string, value: unknown) => (typeof value === "number" ? Math.round(value * 10) / 10 : value);
  t.diagnostic(`${mark}${JSON.stringify(figures, short)}`);
}

/** The row in a diagnostic of a test; undefined where it is another one. */
export function readFigures(diagnostic: string): Figures | undefined {
  return diagnostic.startsWith(mark) ? JSON.parse(diagnostic.slice(mark.length)) : undefined;
}
