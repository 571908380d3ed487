import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { eventually } from "./eventually.ts";

const entry = fileURLToPath(new URL("../../bin/pingo.js", import.meta.url));

/** `pingo` as a person starts it: a process of its own, with just the environment it is given. */
export class Pingo {
  stdout = "";
  stderr = "";
  readonly process: ChildProcess;
  readonly #exited: Promise<number | null>;

  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    cwd = process.cwd(),
    program: readonly [string, ...string[]] = [process.execPath, entry],
  ) {
    const [command, ...before] = program;
    this.process = spawn(command, [...before, ...args], { env: { PATH: process.env.PATH ?? "", ...env }, cwd });
    this.process.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
    });
    this.process.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.#exited = once(this.process, "close").then(([code]) => code as number | null);
  }

  /** The exit code, once everything it printed is here. */
  exit(): Promise<number | null> {
    return this.#exited;
  }

  /** Sends a signal; gives the exit code and how long it took, in milliseconds. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<{ code: number | null; tookMs: number }> {
    const startMs = performance.now();
    this.process.kill(signal);
    return { code: await this.#exited, tookMs: performance.now() - startMs };
  }

  /** Waits until it has printed something that fits, on either stream. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    await eventually(
      () => `pingo says ${pattern}\n${this.stdout}${this.stderr}`,
      () => pattern.test(this.stdout + this.stderr),
      30_000,
    );
    return pattern.exec(this.stdout + this.stderr) as RegExpExecArray;
  }

  /** Runs to its end. */
  static async run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return new Pingo(args, env).#end();
  }

  /** The same of another program, which is looked for on the PATH of `env`. */
  static async exec(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    return new Pingo(args, env, process.cwd(), [command]).#end();
  }

  async #end() {
    const code = await this.#exited;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}
