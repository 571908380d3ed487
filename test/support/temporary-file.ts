import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file with this text in a folder of its own, for as long as somebody wants it. */
export function temporaryFile(text: string): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "pingo-test-"));
  const path = join(folder, "file");
  writeFileSync(path, text);
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
