// Starts one of the programs of src/, or of dist/ in the package: on Node 24 and newer in this process, on an older one under
// the repository's pinned Node where that is installed, and otherwise it says what is missing.
import { existsSync, statSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

/**
 * What V8 may take for young objects, in megabytes. It takes 16 or more if it may, and three times over; PinGo's
 * objects are small and die at once. At 65,000 nodes this is 100 MB.
 */
const youngGeneration = "--max-semi-space-size=2";

/** A clone runs what stands in it, also where a package was made there; the package has no TypeScript. */
const isClone = existsSync(new URL("../src/main.ts", import.meta.url));

/**
 * Starts `name` (`main`) for the script `bin`, a file URL. `defaultCommand` is what runs where none is named.
 *
 * @param {{ name: string, bin: string, defaultCommand: string }} program
 */
export async function launch({ name, bin, defaultCommand }) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 24) return startWithPinned(bin);
  beFrugal(defaultCommand);
  await import(isClone ? `../src/${name}.ts` : `../dist/${name}.js`);
}

async function startWithPinned(bin) {
  const { pinnedNode, runAndExit } = isClone ? await import("../scripts/pinned-node.mjs") : {};
  const node = pinnedNode?.();
  if (node !== undefined) return runAndExit(node, [fileURLToPath(bin), ...process.argv.slice(2)]);
  const remedy = isClone ? `; "npm ci" here installs one for pingo alone` : "";
  process.stderr.write(`pingo needs Node 24 or newer and this is ${process.version}${remedy}\n`);
  process.exitCode = 2;
}

function beFrugal(defaultCommand) {
  // Beside the code and as much to be trusted as it. What stands there needs no TypeScript compiler: 45 MB less, and
  // half the time to start. Where it cannot be written, as in an image, nothing is lost but that.
  const cache = process.env.NODE_COMPILE_CACHE || ownCache();
  // By the environment, because threads read it there.
  if (runsOn(defaultCommand)) restartWith(youngGeneration, cache === undefined ? {} : { NODE_COMPILE_CACHE: cache });
  if (cache !== undefined) module.enableCompileCache?.(cache);
}

/** Undefined for others than the owner: what root left there, its owner could not remove. */
function ownCache() {
  const modules = fileURLToPath(new URL("../node_modules", import.meta.url));
  const owner = statSync(modules, { throwIfNoEntry: false })?.uid;
  return owner === process.geteuid?.() ? `${modules}/.cache/pingo` : undefined;
}

/** `serve`, by name or by default. The others are over before memory matters. */
function runsOn(defaultCommand) {
  const [command = defaultCommand] = process.argv.slice(2);
  if (!command.startsWith("-")) return command === "serve";
  return defaultCommand === "serve" && !/^(-h|--help|--version)$/.test(command);
}

/** The same process with a flag that V8 reads only at its start. A choice of the user's stays. */
function restartWith(flag, environment) {
  const [name] = flag.split("=");
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].join(" ").replaceAll("_", "-");
  // A parent that talks to this process over a channel would lose it.
  const cannot = process.execve === undefined || process.platform === "win32" || process.channel !== undefined;
  if (given.includes(name) || cannot) return;
  const args = [process.execPath, flag, ...process.execArgv, ...process.argv.slice(1)];
  try {
    process.execve(process.execPath, args, { ...process.env, ...environment });
  } catch {
    // Goes on with more memory.
  }
}
