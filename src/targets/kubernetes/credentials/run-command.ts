import { type ChildProcess, spawn } from "node:child_process";
import type { Clock } from "../../../clock.ts";

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface CommandLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Of what it may write to its standard output, in bytes. */
  readonly maxBytes: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export type CommandResult =
  | { readonly end: "exit"; readonly code: number; readonly stdout: string; readonly lastLine: string }
  | { readonly end: "signal"; readonly signal: string; readonly lastLine: string }
  | { readonly end: "missing" }
  | { readonly end: "unstartable"; readonly why: string }
  | { readonly end: "timeout"; readonly lastLine: string }
  | { readonly end: "too much output" }
  | { readonly end: "aborted" };

/** Of its standard error only the last line counts. */
const maxErrorBytes = 4 * 1024;

/**
 * Runs a program to its end, with nothing on its standard input. Never rejects. It gets a process group of its own,
 * so that whatever it started ends with it where it takes too long, writes too much or is no longer wanted.
 */
export function runCommand({ command, args, env }: Command, limits: CommandLimits): Promise<CommandResult> {
  return new Promise((resolve) => {
    if (limits.signal.aborted) return resolve({ end: "aborted" });
    let child: ChildProcess;
    try {
      child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    } catch (error) {
      // E2BIG, or what Node finds wrong with the arguments.
      return resolve({ end: "unstartable", why: (error as NodeJS.ErrnoException).code ?? "bad arguments" });
    }
    const output = new Output();
    const finish = (result: CommandResult) => {
      timer.cancel();
      limits.signal.removeEventListener("abort", abort);
      resolve(result);
    };
    const cut = (result: CommandResult) => {
      killGroup(child);
      // A grandchild in another group may hold the pipes open; nobody listens to it any more.
      child.stdout?.destroy();
      child.stderr?.destroy();
      finish(result);
    };
    const abort = () => cut({ end: "aborted" });
    const timer = limits.clock.setTimer(() => cut({ end: "timeout", lastLine: output.lastLine() }), limits.timeoutMs);
    limits.signal.addEventListener("abort", abort);
    child.on("error", (error: NodeJS.ErrnoException) => finish(unstarted(error)));
    child.stdout?.on("data", (chunk: Buffer) => {
      if (output.add(chunk) > limits.maxBytes) cut({ end: "too much output" });
    });
    child.stderr?.on("data", (chunk: Buffer) => output.addError(chunk));
    child.on("close", (code, signal) => finish(ended(code, signal, output)));
  });
}

function unstarted(error: NodeJS.ErrnoException): CommandResult {
  return error.code === "ENOENT" ? { end: "missing" } : { end: "unstartable", why: error.code ?? error.message };
}

function ended(code: number | null, signal: string | null, output: Output): CommandResult {
  const lastLine = output.lastLine();
  if (code === null) return { end: "signal", signal: signal ?? "a signal", lastLine };
  return { end: "exit", code, stdout: output.text(), lastLine };
}

/** SIGKILL, because what does not end in time may not heed anything less. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

/** What a program wrote. */
class Output {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #errors = Buffer.alloc(0);

  /** Returns how many bytes there are by now. */
  add(chunk: Buffer): number {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes;
  }

  addError(chunk: Buffer): void {
    this.#errors = Buffer.concat([this.#errors, chunk]).subarray(-maxErrorBytes);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  /** The last line of its standard error that is not empty. */
  lastLine(): string {
    const lines = this.#errors.toString().split(/[\r\n]+/);
    return lines.findLast((line) => line.trim() !== "")?.trim() ?? "";
  }
}
