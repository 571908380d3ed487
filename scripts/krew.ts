// `npm run krew -- --url URL --homepage URL [--out FOLDER] [--platform linux-amd64]...`: what krew installs the plugin from.
// An archive for each platform, which is the npm package with its dependencies at the versions of the lock, and the manifest
// deploy/krew/pingo.yaml with the archives' digests. Node is not in them. Wants GNU tar.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parseDocument, YAMLMap, YAMLSeq } from "yaml";
import { version } from "../src/version.ts";
import { buildInfo } from "./build-info.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Go's names of processors, which krew goes by, in Node's. */
const processors: Readonly<Record<string, string>> = { amd64: "x64", arm64: "arm64" };

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    homepage: { type: "string" },
    out: { type: "string", default: "krew" },
    platform: { type: "string", multiple: true, default: [] },
  },
});
const { url, homepage, platform: wanted } = values;
if (url === undefined || homepage === undefined) {
  console.error(
    "usage: npm run krew -- --url WHERE-THE-ARCHIVES-WILL-BE --homepage URL [--out FOLDER] [--platform OS-ARCH]",
  );
  process.exit(2);
}
const out = resolve(root, values.out);
const work = mkdtempSync(join(tmpdir(), "pingo-krew-"));
mkdirSync(out, { recursive: true });
try {
  const manifest = readManifest({ url, homepage });
  writeFileSync(join(out, "pingo.yaml"), fillIn(manifest, packedFolder()));
} finally {
  rmSync(work, { recursive: true });
}

function readManifest(given: { readonly url: string; readonly homepage: string }): string {
  return readFileSync(`${root}deploy/krew/pingo.yaml`, "utf8")
    .replace(/^#.*\n/, "")
    .replaceAll("VERSION", version())
    .replaceAll("HOMEPAGE", given.homepage)
    .replaceAll("URL", given.url.replace(/\/$/, ""));
}

/** The unpacked npm package, with the lock that its dependencies are taken from. */
function packedFolder(): string {
  run("npm", ["pack", "--silent", "--pack-destination", work], root);
  run("tar", ["-xzf", `pingo-${version()}.tgz`], work);
  copyFileSync(`${root}package-lock.json`, join(work, "package/package-lock.json"));
  return join(work, "package");
}

/** Makes the archives and puts in their digests; platforms that are not wanted are left out. */
function fillIn(manifest: string, folder: string): string {
  const document = parseDocument(manifest);
  const platforms = document.getIn(["spec", "platforms"]);
  if (!(platforms instanceof YAMLSeq)) throw new Error("deploy/krew/pingo.yaml has no list of platforms");
  platforms.items = platforms.items.filter((item) => {
    if (!(item instanceof YAMLMap)) return false;
    const labels = ["os", "arch"].map((label) => String(item.getIn(["selector", "matchLabels", label])));
    const [os = "", arch = ""] = labels;
    if (wanted.length > 0 && !wanted.includes(`${os}-${arch}`)) return false;
    const path = join(out, basename(String(item.get("uri"))));
    const sha256 = makeArchive(folder, { os, arch }, path);
    item.set("sha256", sha256);
    console.log(`${path}: ${readFileSync(path).length} bytes, sha256 ${sha256}`);
    return true;
  });
  return document.toString({ lineWidth: 0 });
}

function makeArchive(folder: string, { os, arch }: { readonly os: string; readonly arch: string }, path: string) {
  const forPlatform = [`--os=${os}`, `--cpu=${processors[arch]}`, "--libc=glibc"];
  const quiet = [
    "--omit=dev",
    "--no-bin-links",
    "--ignore-scripts",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  run("npm", ["ci", ...forPlatform, ...quiet], folder);
  // The same bytes of the same commit, whoever makes them and when; and nothing but files and folders, as krew wants it.
  const { date } = buildInfo(process.env, root);
  const same = [
    "--sort=name",
    "--mode=u+rwX,go+rX,go-w",
    `--mtime=${date === "" ? "@0" : `${date} 00:00Z`}`,
    "--owner=0",
    "--group=0",
    "--numeric-owner",
  ];
  const left = ["--exclude=package-lock.json", "--exclude=.package-lock.json", "--exclude=*.map"];
  run("tar", [...same, ...left, "--use-compress-program=gzip -n9", "-cf", path, "-C", folder, "."], root);
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} failed${error === undefined ? "" : `: ${error.message}`}`);
}
