import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** More than any kubeconfig, token or certificate has. */
export const maxFileBytes = 16 * 1024 * 1024;
/** How long a pipe (`--kubeconfig <(...)`) may take to say something, in milliseconds: all else waits meanwhile. */
const pipeTimeoutMs = 3_000;
const pollMs = 10;

/**
 * The text of a file of at most `maxBytes`, also of one without an end; throws the system's error, or EFBIG. Never waits
 * for somebody who may not come: a pipe that nobody writes to is ETIMEDOUT.
 */
export function readBoundedFile(path: string, maxBytes: number = maxFileBytes): string {
  // Without O_NONBLOCK the opening of a pipe waits for its writer, and signals wait with it.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const waits = fstatSync(file).isFIFO() ? new Patience(path) : undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(64 * 1024);
      const read = readSome(file, chunk);
      // Of a pipe, nothing may only mean nothing yet: its writer has not come, or has not begun.
      if (waits !== undefined && (read === undefined || (read === 0 && bytes === 0))) {
        waits.wait();
        continue;
      }
      if (read === undefined || read === 0) return Buffer.concat(chunks).toString();
      bytes += read;
      if (bytes > maxBytes) throw tooBig(path, maxBytes);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

/** Bytes read; undefined where there are none yet. */
function readSome(file: number, chunk: Buffer): number | undefined {
  try {
    return readSync(file, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

/** Waits, a little at a time and not for ever. */
class Patience {
  readonly #path: string;
  readonly #endMs = performance.now() + pipeTimeoutMs;
  readonly #nothing = new Int32Array(new SharedArrayBuffer(4));

  constructor(path: string) {
    this.#path = path;
  }

  wait(): void {
    if (performance.now() >= this.#endMs) {
      const message = `ETIMEDOUT: a pipe that nobody writes to, read '${this.#path}'`;
      throw Object.assign(new Error(message), { code: "ETIMEDOUT" });
    }
    Atomics.wait(this.#nothing, 0, 0, pollMs);
  }
}

function tooBig(path: string, maxBytes: number): Error {
  const message = `EFBIG: more than ${maxBytes / 1024 / 1024} MiB, read '${path}'`;
  return Object.assign(new Error(message), { code: "EFBIG" });
}
