import type { Face } from "../config/face.ts";
import { readBoundedFile } from "../targets/kubernetes/credentials/read-bounded-file.ts";
import { exitCodes } from "./exit-codes.ts";
import { processTty } from "./process-tty.ts";

/** Whatever hangs, the process is gone this long after its end began, in milliseconds. */
const stopLimitMs = 900;

/** Runs this process's command line; signals end it. Sets the exit code. */
export async function runProgram(face: Face): Promise<void> {
  if (process.argv[2] === "__complete") return answerShell(process.argv.slice(3), face);
  const { run } = await import("./run.ts");
  process.exitCode = await run(
    process.argv.slice(2),
    {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
      input: process.stdin,
      tty: processTty(process.stdin, process.stdout),
      outIsTerminal: process.stdout.isTTY === true,
      errIsTerminal: process.stderr.isTTY === true,
      env: process.env,
    },
    endingSignal(),
    face,
  );
}

/** What the scripts of completion ask at each press of a key: nothing is loaded that does not help to answer. */
async function answerShell(words: readonly string[], face: Face): Promise<void> {
  const { complete } = await import("./completion/complete.ts");
  process.stdout.write(await complete(words, { env: process.env, readFile: readBoundedFile }, face));
}

function endingSignal(): AbortSignal {
  const ending = new AbortController();
  ending.signal.addEventListener("abort", () => setTimeout(leave, stopLimitMs).unref());
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => ending.abort(name));
  // A reader that has seen enough (`pingo check | head`) ends the program as a signal would, and in good order.
  // A full disk under the log is no reason to stop measuring.
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => ending.abort(code));
  process.stderr.on("error", ({ code }: NodeJS.ErrnoException) => code === "EPIPE" && ending.abort(code));
  return ending.signal;
}

/** Whoever did not come to an end, and so said nothing, was interrupted. */
function leave(): never {
  process.exit(process.exitCode ?? exitCodes.interrupted);
}
