import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/** The families of a page summed up as it comes: of a large fleet the whole would be hundreds of megabytes. */
export class Totals {
  readonly #sums = new Map<string, number>();

  static async fetch(port: number): Promise<Totals> {
    const totals = new Totals();
    const { body } = await fetch(`http://127.0.0.1:${port}/metrics`);
    if (body === null) throw new Error("/metrics has no body");
    for await (const line of createInterface({ input: Readable.fromWeb(body) })) totals.#take(line);
    return totals;
  }

  /** By a family's name, by its name and `result`, and by whole series where they are PinGo's own; 0 for none. */
  of(series: string): number {
    return this.#sums.get(series) ?? 0;
  }

  names(): Iterable<string> {
    return this.#sums.keys();
  }

  #take(line: string): void {
    if (line.startsWith("#") || line.startsWith("pingo_handshake_rtt_seconds_bucket{")) return;
    const space = line.lastIndexOf(" ");
    const [series, value] = [line.slice(0, space), Number(line.slice(space + 1))];
    const bound = /^(\w+_bucket)\{(?:.*,)?(le="[^"]*")\}$/.exec(series);
    if (bound !== null) {
      this.#add(`${bound[1]}{${bound[2]}}`, value);
      return;
    }
    const family = series.split("{", 1)[0] ?? "";
    this.#add(family, value);
    const result = /,result="(\w+)"/.exec(series)?.[1];
    if (result !== undefined) this.#add(`${family}{result="${result}"}`, value);
    else if (!series.includes(",") && series !== family) this.#add(series, value);
  }

  #add(series: string, value: number): void {
    this.#sums.set(series, (this.#sums.get(series) ?? 0) + value);
  }
}

/** The bound of the bucket in which the quantile of a histogram lies, of what was counted between two pages. */
export function quantileBound(before: Totals, after: Totals, family: string, q: number): number {
  const grown = (series: string) => after.of(series) - before.of(series);
  const count = grown(`${family}_bucket{le="+Inf"}`);
  for (const series of after.names()) {
    const le = series.startsWith(`${family}_bucket{`) ? /le="([^"]*)"/.exec(series)?.[1] : undefined;
    if (le !== undefined && grown(series) >= q * count) return le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
  }
  return Number.NaN;
}
