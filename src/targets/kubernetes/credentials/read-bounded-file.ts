import { closeSync, openSync, readSync } from "node:fs";

/** More than any kubeconfig, token or certificate has. */
export const maxFileBytes = 16 * 1024 * 1024;

/** The text of a file of at most `maxBytes`, also of one without an end; throws the system's error, or EFBIG. */
export function readBoundedFile(path: string, maxBytes: number = maxFileBytes): string {
  const file = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(64 * 1024);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks).toString();
      bytes += read;
      if (bytes > maxBytes) throw tooBig(path, maxBytes);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

function tooBig(path: string, maxBytes: number): Error {
  const message = `EFBIG: more than ${maxBytes / 1024 / 1024} MiB, read '${path}'`;
  return Object.assign(new Error(message), { code: "EFBIG" });
}
