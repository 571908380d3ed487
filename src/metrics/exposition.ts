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

/** A family and the text of its samples, in pieces of whole lines; a piece may be empty. */
export interface FamilyText {
  readonly family: Family;
  readonly text: Iterable<string>;
}

/** Characters in a chunk: little enough to be made in a fraction of a millisecond, enough to be worth a write. */
const chunkLength = 32 * 1024;

/**
 * The text of a page, in chunks, made as they are asked for: of a large fleet the whole would be hundreds of megabytes.
 * A family without a sample leaves no trace. `rest` is the text of other families, ready made.
 */
export function* pageChunks(families: readonly FamilyText[], rest = ""): Generator<string> {
  let chunk = "";
  for (const { family, text } of families) {
    let head = `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n`;
    for (const piece of text) {
      if (piece === "") continue;
      chunk += head + piece;
      head = "";
      if (chunk.length < chunkLength) continue;
      yield chunk;
      chunk = "";
    }
  }
  if (chunk + rest !== "") yield chunk + rest;
}

/** One line; `labels` as labelText() makes them. */
export function sample(name: string, labels: string, value: number): string {
  return `${name}{${labels}} ${formatValue(value)}\n`;
}

/** As Go's strconv.ParseFloat reads it. */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}
