import type { Family } from "../catalogue.ts";
import { type MediaRange, parseAccept } from "./accept.ts";
import type { PageWriter } from "./page-writer.ts";
import { openMetrics, prometheusText } from "./text-dialects.ts";
import { TextWriter } from "./text-writer.ts";

/** What a page is sent as. */
export interface Format {
  readonly contentType: string;
  /** `writesCreated`: whether a family that counts says since when, where that takes a series of its own. */
  writer(writesCreated: (family: Family) => boolean): Promise<PageWriter>;
}

/** A format as one who asks calls it. */
interface Offer {
  readonly type: string;
  readonly subtype: string;
  /** What its range has to say, if it says anything of it. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What its range has to say in any case. */
  readonly required: readonly string[];
  readonly suffix: string;
  readonly writer: Format["writer"];
}

const text: Offer = {
  type: "text",
  subtype: "plain",
  parameters: { version: "0.0.4" },
  required: [],
  suffix: "; charset=utf-8",
  writer: async () => new TextWriter(prometheusText),
};

/** In the order of preference between those that are as welcome: what says most first. */
const offers: readonly Offer[] = [
  {
    type: "application",
    subtype: "vnd.google.protobuf",
    parameters: { proto: "io.prometheus.client.MetricFamily", encoding: "delimited" },
    required: ["proto", "encoding"],
    suffix: "",
    // Its library takes 7 MB, which only those who ask for it need.
    writer: async () => new (await import("./protobuf-writer.ts")).ProtobufWriter(),
  },
  ...["1.0.0", "0.0.1"].map((version) => ({
    type: "application",
    subtype: "openmetrics-text",
    parameters: { version },
    required: [],
    suffix: "; charset=utf-8",
    writer: async (writesCreated: (family: Family) => boolean) => new TextWriter(openMetrics(writesCreated)),
  })),
  text,
  // Names in UTF-8 are what is new in it; ours are as they always were.
  { ...text, parameters: { version: "1.0.0" }, required: ["version"] },
];

/** How names that the format cannot write would be written; ours need none of it, so that each is as good. */
const escapings = ["allow-utf-8", "underscores", "dots", "values"];

/**
 * The format that an Accept header likes best (RFC 9110, 12.5.1), as Prometheus and its kin write it
 * (https://prometheus.io/docs/instrumenting/content_negotiation/). Where it likes none, or there is no header, the text
 * format 0.0.4, which everybody reads.
 */
export function negotiate(accept: string | undefined): Format {
  const ranges = parseAccept(accept ?? "");
  let best: { readonly offer: Offer; readonly range: MediaRange } | undefined;
  for (const offer of offers) {
    const range = mostSpecific(ranges.filter((candidate) => covers(candidate, offer)));
    if (range === undefined || range.quality === 0) continue;
    if (best === undefined || range.quality > best.range.quality) best = { offer, range };
  }
  const { offer, range } = best ?? { offer: text, range: undefined };
  return { contentType: contentType(offer, range), writer: offer.writer };
}

function contentType(offer: Offer, range: MediaRange | undefined): string {
  const parameters = Object.entries(offer.parameters).map(([name, value]) => `; ${name}=${value}`);
  const escaping = range?.parameters.escaping ?? "";
  const said = escapings.includes(escaping) ? `; escaping=${escaping}` : "";
  return `${offer.type}/${offer.subtype}${parameters.join("")}${offer.suffix}${said}`;
}

function covers({ type, subtype, parameters }: MediaRange, offer: Offer): boolean {
  // What takes anything gets the text: nobody is surprised by bytes that cannot be read.
  if (type === "*" || subtype === "*") return offer === text && (type === "*" || type === offer.type);
  if (type !== offer.type || subtype !== offer.subtype) return false;
  if (offer.required.some((name) => parameters[name] === undefined)) return false;
  return Object.entries(offer.parameters).every(([name, value]) => (parameters[name] ?? value) === value);
}

function mostSpecific(ranges: readonly MediaRange[]): MediaRange | undefined {
  return ranges.toSorted((a, b) => specificity(b) - specificity(a))[0];
}

function specificity({ type, subtype, parameters }: MediaRange): number {
  if (type === "*") return 0;
  return subtype === "*" ? 1 : 2 + Object.keys(parameters).length;
}
