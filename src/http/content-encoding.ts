import { constants, createGzip, createZstdCompress, gzipSync, zstdCompressSync } from "node:zlib";

/** In the order of preference between those that are as welcome. */
export const codings = ["zstd", "gzip"] as const;
export type Coding = (typeof codings)[number];

/** The fastest of each: whoever scrapes is near, and the page is made anew every few seconds. */
const gzipOptions = { level: constants.Z_BEST_SPEED };
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * The coding that an Accept-Encoding header likes best (RFC 9110, 12.5.3); undefined for none, which is what everybody
 * takes who does not say otherwise.
 */
export function negotiateCoding(acceptEncoding: string | undefined): Coding | undefined {
  const qualities = new Map((acceptEncoding ?? "").split(",").map(parseMember));
  const qualityOf = (name: string) => qualities.get(name) ?? qualities.get("*") ?? 0;
  let best: Coding | undefined;
  for (const coding of codings) {
    if (qualityOf(coding) > (best === undefined ? 0 : qualityOf(best))) best = coding;
  }
  if (best === undefined) return undefined;
  // As it is, is always acceptable, and better only to those who say so.
  return (qualities.get("identity") ?? 0) > qualityOf(best) ? undefined : best;
}

function parseMember(text: string): [string, number] {
  const [name = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, "");
  const quality = weight === undefined ? 1 : Number(weight);
  return [name, quality >= 0 && quality <= 1 ? quality : 0];
}

/** A whole body encoded. */
export function encode(body: Buffer, coding: Coding): Buffer {
  return coding === "gzip" ? gzipSync(body, gzipOptions) : zstdCompressSync(body, zstdOptions);
}

/** Encodes what is written to it, on a thread of Node's pool. */
export function createEncoder(coding: Coding) {
  return coding === "gzip" ? createGzip(gzipOptions) : createZstdCompress(zstdOptions);
}
