// `node make-root.mjs APP ROOT`: what stands in the image, below ROOT: this Node, the libraries it has loaded, PinGo
// from APP (with its production dependencies), and the few files a C library looks for. Plain JavaScript, and nothing
// but Node's own modules, because it runs in whatever image builds PinGo's.
import { spawnSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { isOpenedByNode } from "./is-opened-by-node.mjs";

const nobody = 65532;

const [app, root] = process.argv.slice(2);
if (app === undefined || root === undefined) throw new Error("usage: node make-root.mjs APP ROOT");

await loadAll(app);
const libraries = loadedLibraries(app);
for (const library of libraries) put(realpathSync(library), library);
for (const name of packagesOf(libraries)) tellOf(name);
putLicence("node", join(dirname(process.execPath), "..", "LICENSE"));
put(process.execPath, "/usr/bin/node");
strip("/usr/bin/node");
write("/etc/passwd", `root:x:0:0:root:/:/sbin/nologin\npingo:x:${nobody}:${nobody}:PinGo:/:/sbin/nologin\n`);
write("/etc/group", `root:x:0:\npingo:x:${nobody}:\n`);
// Without it glibc asks DNS alone, and the names a pod has in /etc/hosts are not found.
write("/etc/nsswitch.conf", "hosts: files dns\n");
// Where Kubernetes and Docker mount what they make.
for (const path of ["/dev", "/proc", "/sys", "/tmp", "/run", "/var/lib/pingo"])
  mkdirSync(join(root, path), { recursive: true });
cpSync(app, join(root, "app"), { recursive: true, filter: (source) => isOpenedByNode(source.slice(app.length)) });
say();

/** The FFI library and the resolver bring libraries of their own. */
async function loadAll(folder) {
  createRequire(join(folder, "package.json"))("koffi");
  await lookup("localhost").catch(() => undefined);
}

/** Paths as the dynamic loader knows them. What belongs to PinGo is copied with it. */
function loadedLibraries(folder) {
  const { sharedObjects } = process.report.getReport();
  return sharedObjects.filter(
    (path) => path.startsWith("/") && !path.startsWith(`${folder}/`) && path !== process.execPath,
  );
}

/** Of Debian and its like; where there is no dpkg, nobody knows. */
function packagesOf(paths) {
  const names = new Set();
  for (const path of paths.flatMap((path) => [path, realpathSync(path)])) {
    const { status, stdout } = spawnSync("dpkg-query", ["--search", path], { encoding: "utf8" });
    if (status === 0) names.add(stdout.split(":")[0]);
  }
  return [...names];
}

/** As distroless images do, so that scanners of images find what is in this one; and the licence it is under. */
function tellOf(name) {
  const { status, stdout } = spawnSync("dpkg-query", ["--status", name], { encoding: "utf8" });
  if (status === 0) write(`/var/lib/dpkg/status.d/${name}`, stdout);
  putLicence(name, `/usr/share/doc/${name}/copyright`);
}

function putLicence(name, from) {
  if (existsSync(from)) write(`/usr/share/doc/${name}/copyright`, readFileSync(from, "utf8"));
}

function put(from, to) {
  const path = join(root, to);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(from, path);
  chmodSync(path, 0o755);
}

function write(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Names of functions inside, a fifth of the file: for debuggers alone. Where there is no `strip`, the image is larger. */
function strip(path) {
  const { status } = spawnSync("strip", ["--strip-unneeded", join(root, path)], { stdio: "inherit" });
  if (status !== 0) process.stdout.write("pingo: no strip (binutils) in the building image: Node stays 30 MB larger\n");
}

function say() {
  const parts = {
    node: "usr/bin/node",
    pingo: "app/dist",
    modules: "app/node_modules",
    libraries: "lib",
    more: "lib64",
  };
  for (const [name, path] of Object.entries(parts)) {
    process.stdout.write(`pingo: ${name} ${(bytesOf(join(root, path)) / 1e6).toFixed(1)} MB\n`);
  }
}

function bytesOf(path) {
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) return 0;
  if (!state.isDirectory()) return state.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, basename(name))), 0);
}
