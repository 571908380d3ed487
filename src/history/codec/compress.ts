import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { DamagedError } from "./bytes.ts";

/** The lowest level: columns of small numbers become no smaller with higher ones. A checksum tells damage that SQLite does not see. */
const options = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
};
/** Far above anything that is written; a damaged length must not take all memory. */
const limits = { maxOutputLength: 64 * 1_024 * 1_024 };

export function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, options);
}

/** Throws DamagedError where it is not what `compress` gave. */
export function decompress(bytes: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(bytes, limits);
  } catch (cause) {
    throw new DamagedError("a record cannot be decompressed", { cause });
  }
}
