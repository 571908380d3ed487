import { readFileSync } from "node:fs";

/** One captured HTTP answer; see shared/captures/README.md. */
export interface Capture {
  /** Status line and headers, each with its line end. */
  readonly head: string;
  /** The body with its transfer coding taken off. */
  readonly body: string;
}

/**
 * Reads a capture from the copy in this repository: the tests of a clone have to run where nothing lies beside it.
 */
export function capture(name: string): Capture {
  const text = readFileSync(new URL(`../captures/${name}`, import.meta.url), "utf8");
  const end = text.indexOf("\r\n\r\n");
  return { head: text.slice(0, end + 2), body: text.slice(end + 4) };
}

/** The three pages of one list, in their order. */
export const listPages = ["list-page-1-of-3.http", "list-page-2-of-3.http", "list-page-3-of-3.http"] as const;

/** The answer as bytes on the wire, chunked again where it was. */
export function onTheWire({ head, body }: Capture): string {
  if (!/^transfer-encoding: chunked\r$/im.test(head)) return `${head}\r\n${body}`;
  return `${head}\r\n${chunked(body)}0\r\n\r\n`;
}

/** One chunk of the chunked transfer coding (RFC 9112, 7.1). */
export function chunked(text: string): string {
  return text === "" ? "" : `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
