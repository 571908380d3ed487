import type { FamilySeries } from "../../src/metrics/exposition/family-series.ts";
import { type PageWriter, pageChunks } from "../../src/metrics/exposition/page-writer.ts";
import { prometheusText } from "../../src/metrics/exposition/text-dialects.ts";
import { TextWriter } from "../../src/metrics/exposition/text-writer.ts";

/** Chunks together, each of which is valid only until the next is asked for. */
export function joined(chunks: Iterable<Uint8Array>): Buffer {
  return Buffer.concat(Array.from(chunks, (chunk) => Uint8Array.from(chunk)));
}

/** A page as it is sent. */
export function writtenBy(writer: PageWriter, families: Iterable<FamilySeries>): Buffer {
  return joined(pageChunks(families, writer));
}

/** A page in the text format 0.0.4. */
export function textPage(families: Iterable<FamilySeries>): string {
  return writtenBy(new TextWriter(prometheusText), families).toString();
}
