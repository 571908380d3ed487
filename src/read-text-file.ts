import { readFileSync } from "node:fs";

/** The text of a file, for token and CA files; throws the system's error. */
export function readTextFile(path: string): string {
  return readFileSync(path, "utf8");
}
