import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually.ts";

/** A real terminal: tmux with a server and a configuration of its own. */
export class Tmux {
  readonly #folder = mkdtempSync(join(tmpdir(), "pingo-tmux-"));

  /** A shell in a window of that size, with just the environment it is given. */
  constructor(columns: number, rows: number, env: Readonly<Record<string, string>> = {}) {
    // No file of the user's is read, and the prompt is one that no program writes.
    const settings = { PATH: process.env.PATH ?? "", LANG: "C.UTF-8", HOME: this.#folder, PS1: "READY$ ", ...env };
    const assignments = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const size = ["-x", String(columns), "-y", String(rows)];
    this.#tmux("new-session", "-d", ...size, "env", "-i", "TERM=screen-256color", ...assignments, "sh");
  }

  /** Types a line into the shell. */
  run(line: string): void {
    this.#tmux("send-keys", "-l", line);
    this.keys("Enter");
  }

  /** Keys as tmux calls them: `Down`, `PPage`, `C-c`, `q`. */
  keys(...names: string[]): void {
    this.#tmux("send-keys", ...names);
  }

  resize(columns: number, rows: number): void {
    this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** What is on the screen, without colour or with it. */
  screen(withColour = false): string {
    return this.#tmux("capture-pane", "-p", ...(withColour ? ["-e"] : []));
  }

  /** What tmux knows of the pane: `cursor_flag`, `alternate_on` ... */
  knows(variable: string): string {
    return this.#tmux("display-message", "-p", `#{${variable}}`).trim();
  }

  /** The process that has the terminal: the leader of its foreground group (proc(5), `tpgid` of the shell). */
  foreground(): number {
    const stat = readFileSync(`/proc/${this.knows("pane_pid")}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[5]);
  }

  async shows(pattern: RegExp, limitMs = 15_000): Promise<string> {
    await eventually(
      () => `the screen shows ${pattern}\n${this.screen()}`,
      () => pattern.test(this.screen()),
      limitMs,
    );
    return this.screen();
  }

  close(): void {
    this.#tmux("kill-server");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: string[]): string {
    const socket = join(this.#folder, "tmux");
    return execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], {
      encoding: "utf8",
      env: { ...process.env, TMUX: "" },
    });
  }
}
