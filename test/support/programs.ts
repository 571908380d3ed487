import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A folder for the PATH with this clone's programs in it, as an installation would put them there. */
export function programsFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "pingo-bin-"));
  for (const name of ["pingo", "kubectl-pingo", "kubectl_complete-pingo"]) {
    const script = fileURLToPath(new URL(`../../bin/${name}.js`, import.meta.url));
    writeFileSync(join(folder, name), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
