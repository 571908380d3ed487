// `node scripts/bootstrap.mjs FILE [ARGUMENT...]`: installs what is missing, then runs FILE under the
// pinned Node. This is what `npm start` and `npm test` begin with on a clean clone, on the machine's Node.
import { spawn } from "node:child_process";
import { lstatSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { pinnedNode, root, runAndExit, runsPinned } from "./pinned-node.mjs";

const heartbeatMs = 5_000;

function modifiedMs(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs;
}

/** Why an install is due, or undefined. npm writes node_modules/.package-lock.json at the end of each install. */
function installReason() {
  const installedMs = modifiedMs("node_modules/.package-lock.json");
  if (installedMs === undefined) return "node_modules is missing or incomplete";
  if (installedMs < (modifiedMs("package-lock.json") ?? 0)) return "package-lock.json is newer than node_modules";
  if (pinnedNode() === undefined) return "the pinned Node is missing";
  return undefined;
}

function install(reason) {
  const startMs = Date.now();
  const elapsed = () => `${Math.round((Date.now() - startMs) / 1000)} s`;
  const say = (text) => process.stderr.write(`pingo: ${text}\n`);
  // npm would empty the folder at the link's other end, which others use.
  if (lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) {
    say(`${reason}, but node_modules is a link to another folder; remove the link, or install there`);
    process.exit(1);
  }
  say(`${reason}: installing with "npm ci" (about 180 MB the first time, most of it Node 26)`);
  // On Node 20 npm warns that `engines` wants a newer one, which is just what is being installed.
  const npm = spawn("npm", ["ci", "--loglevel=error", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  const heartbeat = setInterval(() => say(`still installing, ${elapsed()}`), heartbeatMs);
  return new Promise((done) => {
    npm.on("error", (error) => done(`npm cannot be started: ${error.message}`));
    npm.on("exit", (code, signal) => done(code === 0 ? undefined : `npm ci ended with ${signal ?? code}`));
  }).then((failure) => {
    clearInterval(heartbeat);
    if (failure === undefined && pinnedNode() === undefined) {
      failure = "npm ci did not bring the pinned Node; are install scripts switched off (ignore-scripts)?";
    }
    if (failure !== undefined) {
      say(`could not install: ${failure}`);
      process.exit(1);
    }
    say(`installed in ${elapsed()}`);
  });
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: node scripts/bootstrap.mjs FILE [ARGUMENT...]\n");
  process.exit(2);
}
const reason = installReason();
if (reason !== undefined) await install(reason);

const script = resolve(root, file);
if (runsPinned()) {
  process.argv = [process.execPath, script, ...args];
  await import(pathToFileURL(script).href);
} else {
  runAndExit(pinnedNode(), [script, ...args]);
}
