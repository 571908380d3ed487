import { readdirSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import type * as Esbuild from "esbuild";

/** The page's one script and one style sheet. */
export interface Bundle {
  readonly script: string;
  readonly style: string;
}

/**
 * Puts all that `web/main.ts` and `web/main.css` below `root` reach into a script and a style sheet, without types, comments
 * and blanks: a browser draws when it has the last of them, and each more file would be one more to wait for. What of
 * it is others' keeps its licence. Waits for a process of its own, which ends with it: nothing for the main thread.
 * Rejects where esbuild is missing or a source is wrong.
 */
export async function bundle(root: string): Promise<Bundle> {
  const { buildSync } = await loadEsbuild();
  const { outputFiles, metafile } = buildSync({
    ...options,
    absWorkingDir: root,
    entryPoints: [
      { in: "web/main.ts", out: "page" },
      { in: "web/main.css", out: "page" },
    ],
  });
  const textOf = (name: string) => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? "";
  const licensed = (name: string) => `${textOf(name)}${licencesOf(root, metafile.outputs[name]?.inputs ?? {})}`;
  return { script: licensed("page.js"), style: licensed("page.css") };
}

const options = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "esnext",
  charset: "utf8",
  // Added whole below: what a library's file itself says of its licence is less than the licence wants.
  legalComments: "none",
  outdir: ".",
  write: false,
  metafile: true,
  logLevel: "silent",
  // Not what happens to lie in a folder above.
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
} as const satisfies Esbuild.BuildOptions;

/** It is there where PinGo is worked on, and not in what is given away: that has its page ready. */
async function loadEsbuild(): Promise<typeof Esbuild> {
  try {
    return await import("esbuild");
  } catch (cause) {
    const missing = "esbuild is not installed, and no page stands ready in web/ready";
    throw new Error(`the page cannot be made: ${missing}; "npm ci" installs it`, { cause });
  }
}

/** The licences of all packages that something was taken from, as one comment. */
function licencesOf(root: string, inputs: Esbuild.Metafile["outputs"][string]["inputs"]): string {
  const packages = new Set<string>();
  for (const input of Object.keys(inputs)) {
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
    if (folder !== undefined) packages.add(resolve(root, folder));
  }
  const texts = [...packages].sort().map(licenceOf);
  return texts.length === 0 ? "" : `/*!\n${texts.join("\n\n")}\n*/\n`;
}

function licenceOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e(\.\w+)?$/i.test(one));
  if (file === undefined)
    throw new Error(`${relative(process.cwd(), folder)} has no licence that could be served with it`);
  return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim().replaceAll("*/", "* /")}`;
}
