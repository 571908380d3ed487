import { run } from "./cli/run.ts";

/** Whatever hangs, the process is gone this long after the first signal, in milliseconds. */
const stopLimitMs = 900;

const ending = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (ending.signal.aborted) return;
    ending.abort(name);
    setTimeout(() => process.exit(), stopLimitMs).unref();
  });
}
// A reader that has seen enough (`pingo check | head`) is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    // A full disk under the log is no reason to stop measuring.
  });
}

process.exitCode = await run(
  process.argv.slice(2),
  {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    input: process.stdin,
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    env: process.env,
  },
  ending.signal,
);
