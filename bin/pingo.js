#!/usr/bin/env node
// The `pingo` command. On Node 24 and newer it is main.ts itself; on an older one it runs under the
// repository's pinned Node where that is installed, and otherwise says what is missing.
const major = Number(process.versions.node.split(".")[0]);
if (major >= 24) {
  await import("../src/main.ts");
} else {
  const { pinnedNode, runAndExit } = await import("../scripts/pinned-node.mjs");
  const { fileURLToPath } = await import("node:url");
  const node = pinnedNode();
  if (node === undefined) {
    process.stderr.write(
      `pingo needs Node 24 or newer and this is ${process.version}; "npm ci" here installs one for pingo alone\n`,
    );
    process.exitCode = 2;
  } else {
    runAndExit(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
  }
}
