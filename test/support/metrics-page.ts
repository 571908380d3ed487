/** A metrics page taken apart: value by series, `name{labels}` as written. */
export class MetricsPage {
  readonly text: string;
  readonly #samples = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
    for (const line of text.split("\n")) {
      const match = /^([a-z_]+(?:\{.*\})?) (\S+)$/i.exec(line);
      if (match?.[1] !== undefined) this.#samples.set(match[1], Number(match[2]));
    }
  }

  static async fetch(port: number): Promise<MetricsPage> {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    return new MetricsPage(await response.text());
  }

  /** Series of a family whose labels have these values, with their values. */
  select(family: string, labels: Readonly<Record<string, string>> = {}): Map<string, number> {
    const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    return new Map(
      [...this.#samples].filter(([series]) => {
        const name = series.split("{", 1)[0];
        return name === family && wanted.every((label) => new RegExp(`[{,]${RegExp.escape(label)}[,}]`).test(series));
      }),
    );
  }

  /** The one value of a family with these labels; undefined where there is none. */
  value(family: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = this.select(family, labels);
    if (found.size > 1) throw new Error(`${found.size} series of ${family} fit ${JSON.stringify(labels)}`);
    return found.values().next().value;
  }

  /** All series and their values. */
  all(): ReadonlyMap<string, number> {
    return this.#samples;
  }
}
