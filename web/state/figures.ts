import { formatUs } from "../../src/units.ts";

/** Figures as the page writes them. */

export const unknown = "\u2013";

export function duration(us: number | null): string {
  return us === null ? unknown : formatUs(us);
}

const grouped = new Intl.NumberFormat("en", { useGrouping: "always" });

/** `5,005` */
export function whole(value: number): string {
  return grouped.format(value);
}

/** `0 %`, `0.02 %`, `37 %`: two figures, and never "0 %" or "100 %" for what is nearly so. */
export function share(part: number, total: number): string {
  if (total === 0) return unknown;
  const percent = (100 * part) / total;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 0.01) return "< 0.01 %";
  if (percent > 99.9) return "> 99.9 %";
  return `${percent < 1 ? percent.toFixed(2) : percent < 10 ? percent.toFixed(1) : percent > 99 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** `1 node`, `5,005 nodes` */
export function counted(value: number, noun: string): string {
  return `${whole(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** `812 KB`, `2.1 MB`, `1.4 GB` */
export function bytes(count: number): string {
  const [unit, size] =
    count < 1e6 ? (["KB", 1e3] as const) : count < 1e9 ? (["MB", 1e6] as const) : (["GB", 1e9] as const);
  const value = count / size;
  return `${value < 10 && unit !== "KB" ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
