import { type Parsed, quote } from "./values.ts";

/** Where history is kept, as the user said it. */
export type HistoryPlace =
  | { readonly kind: "memory" }
  | { readonly kind: "none" }
  | { readonly kind: "file"; readonly path: string }
  /** Read from a Prometheus, which keeps it. */
  | { readonly kind: "prometheus"; readonly url: URL };

/** `memory`, `none`, a path, or `prometheus=URL`. */
export function parseHistory(text: string): Parsed<HistoryPlace> {
  const word = text.trim();
  if (word === "memory" || word === "none") return { value: { kind: word } };
  const [, address] = /^prometheus=(.*)$/s.exec(word) ?? [];
  if (address !== undefined) return prometheusUrl(address);
  // SQLite takes some names for something else than a file; and a URL without "prometheus=" is a slip.
  if (/^[a-z]+:\/\//i.test(word))
    return { problem: `${quote(word)} is no path; for a Prometheus write prometheus=URL` };
  if (word === "" || word.includes("\0") || /^(file:|:memory:$)/i.test(word)) {
    return { problem: `${quote(word)} is no path of a file; write e.g. /var/lib/pingo/history.db, memory or none` };
  }
  return { value: { kind: "file", path: word } };
}

function prometheusUrl(address: string): Parsed<HistoryPlace> {
  const would = "write it like prometheus=http://prometheus:9090";
  // Not shown: it may hold a password, which has a place of its own.
  if (!/^https?:\/\/[^/\\]/i.test(address) || !URL.canParse(address))
    return { problem: `that is no http(s) URL; ${would}` };
  return { value: { kind: "prometheus", url: new URL(address) } };
}
