import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Buildah } from "./buildah.ts";

/**
 * An image to build PinGo's in, where no registry of images can be reached: this machine's busybox, npm and `strip`, and
 * the Node that runs this. It stands for the `node:26` of the Dockerfile. Its name.
 */
export function makeBuildingImage(buildah: Buildah): string {
  const container = buildah.run("from", "scratch");
  const root = buildah.run("mount", container);
  putProgram(root, "/usr/bin/busybox", "/bin/busybox");
  for (const applet of ["sh", "mkdir", "tar", "cp", "gunzip", "gzip", "ls"])
    symlinkSync("busybox", join(root, "bin", applet));
  putProgram(root, process.execPath, "/usr/bin/node");
  putProgram(root, programOf("strip"), "/usr/bin/strip");
  putNpm(root);
  const { ssl, cache } = { ssl: "/etc/ssl/certs/ca-certificates.crt", cache: "/npm-cache" };
  if (existsSync(ssl)) putFile(root, ssl, ssl);
  mkdirSync(join(root, "tmp"));
  mkdirSync(join(root, cache));
  const env = ["PATH=/usr/bin:/bin", `NODE_EXTRA_CA_CERTS=${ssl}`, `npm_config_cache=${cache}`, "HOME=/tmp"];
  buildah.run("config", ...env.flatMap((variable) => ["--env", variable]), container);
  buildah.run("commit", "--quiet", container, "building");
  return "localhost/building";
}

/** A program and the libraries it names (ldd(1)). */
function putProgram(root: string, from: string, to: string): void {
  putFile(root, from, to);
  for (const library of librariesOf(from)) putFile(root, library, library);
}

function librariesOf(program: string): string[] {
  try {
    const said = execFileSync("ldd", [program], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return [...said.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path as string);
  } catch {
    return []; // It is linked statically.
  }
}

function programOf(command: string): string {
  return execFileSync("sh", ["-c", `command -v ${command}`], { encoding: "utf8" }).trim();
}

/** npm is a script of Node's. */
function putNpm(root: string): void {
  const script = realpathSync(programOf("npm"));
  const folder = dirname(dirname(script));
  cpSync(folder, join(root, "usr/lib/node_modules/npm"), { recursive: true, dereference: true });
  symlinkSync("/usr/lib/node_modules/npm/bin/npm-cli.js", join(root, "usr/bin/npm"));
  // `#!/usr/bin/env node`.
  symlinkSync("/bin/busybox", join(root, "usr/bin/env"));
}

function putFile(root: string, from: string, to: string): void {
  const path = join(root, to);
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  cpSync(realpathSync(from), path);
}
