import type { Family } from "./catalogue.ts";

/** Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export const contentType = "text/plain; version=0.0.4; charset=utf-8";

/** `name="value",...` without braces, values escaped as the format wants: backslash, quote, line feed. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabelValue(value)}"`)
    .join(",");
}

function escapeLabelValue(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}

/** Collects the lines of a page. A family without a sample leaves no trace. */
export class Page {
  readonly #parts: string[] = [];

  family(family: Family, samples: Iterable<string>): void {
    let begun = false;
    for (const sample of samples) {
      if (!begun) this.#parts.push(`# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n`);
      begun = true;
      this.#parts.push(sample);
    }
  }

  text(): string {
    return this.#parts.join("");
  }
}

/** One line; `labels` as labelText() makes them. */
export function sample(name: string, labels: string, value: number): string {
  return `${name}{${labels}} ${formatValue(value)}\n`;
}

/** As Go's strconv.ParseFloat reads it. */
function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}
