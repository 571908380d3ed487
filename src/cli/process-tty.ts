import { writeSync } from "node:fs";
import type { ReadStream, WriteStream } from "node:tty";
import type { Tty, TtyListener } from "../top/tty.ts";

type StandardOutput = WriteStream & { readonly fd: number };

/** A terminal that tells no size, as a serial line, is taken for the smallest that is in use. */
const defaultSize = { columns: 80, rows: 24 };

/** This process's terminal; undefined where it has none to read from and write to. */
export function processTty(input: ReadStream, output: StandardOutput): Tty | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  return {
    size: () => ({ columns: output.columns || defaultSize.columns, rows: output.rows || defaultSize.rows }),
    write: (text) => writeNow(output.fd, text),
    open: (listener) => open(input, output, listener),
    // To the whole group, as the terminal itself would do it: what started this program has to stop with it.
    suspend: () => void process.kill(0, "SIGTSTP"),
  };
}

function open(input: ReadStream, output: StandardOutput, listener: TtyListener): () => void {
  const suspend = () => {
    listener.suspend();
    input.setRawMode(false);
    // SIGTSTP itself was caught here; this one nobody can catch.
    process.kill(process.pid, "SIGSTOP");
  };
  const resume = () => {
    input.setRawMode(true);
    listener.resume();
  };
  const crash = () => {
    listener.closing();
    input.setRawMode(false);
  };
  input.setRawMode(true);
  input.on("data", listener.input).once("end", listener.closed).on("error", listener.closed).resume();
  output.on("resize", listener.resize);
  process.on("SIGTSTP", suspend).on("SIGCONT", resume);
  // Before the error is told, which would otherwise go to a screen that is about to vanish.
  process.on("uncaughtExceptionMonitor", crash).on("exit", crash);
  return () => {
    process.off("SIGTSTP", suspend).off("SIGCONT", resume).off("uncaughtExceptionMonitor", crash).off("exit", crash);
    output.off("resize", listener.resize);
    input.off("data", listener.input).off("end", listener.closed).off("error", listener.closed).pause();
    input.setRawMode(false);
  };
}

/** A terminal that takes nothing just now (Ctrl-S) is waited for a little, and then its frame is let go. */
const maxTries = 50;

function writeNow(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let offset = 0, tries = 0; offset < bytes.length && tries < maxTries; ) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAGAIN") return;
      tries++;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4));
