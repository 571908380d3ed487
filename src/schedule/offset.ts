import { createHash } from "node:crypto";

/**
 * Where in the interval a target has its place, as a fraction from 0 up to 1. From its name alone, so that it keeps
 * its place through restarts and needs no count of the others; hashed, so that names that differ in one digit land
 * far apart and N targets are spread evenly.
 */
export function offsetFraction(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0) / 2 ** 32;
}
