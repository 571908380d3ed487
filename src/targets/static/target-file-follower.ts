import { type Clock, sleep } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { count } from "../../units.ts";
import type { StaticEntry } from "./static-entry.ts";
import { loadTargetFile, type TargetFile } from "./target-file.ts";

/**
 * Between two looks at the file. It is looked at rather than watched: inotify follows a file and not a path, and sees
 * neither every swap of a ConfigMap's symlinks nor a change on a network file system.
 */
const pollMs = 2_000;
/** A file that changes is read once it has been the same for so long: whoever writes it may not be done. */
const settleMs = 250;
/** One that never rests is read all the same. */
const maxSettleRounds = 20;
/** Some file systems count time in seconds: now and then the content is compared, whatever its time says. */
const rereadMs = 60_000;
/** Problems of one version that are told one by one. */
const maxToldProblems = 10;

export interface TargetFileFollowerParts {
  readonly file: TargetFile;
  readonly clock: Clock;
  readonly log: Log;
  /** A new version, complete. */
  readonly replace: (entries: readonly StaticEntry[]) => void;
  /** After each look that led to a reading: whether the file can be used as it is now. */
  readonly checked: (ok: boolean) => void;
}

/** Reads a targets file again when it changes. A version that is broken or gone changes nothing, and is told of. */
export class TargetFileFollower {
  readonly #parts: TargetFileFollowerParts;
  #signature: string | undefined;
  #readMs = 0;
  /** Of the version that is in use. */
  #hash: string | undefined;
  #known = 0;
  /** What is wrong with the file as it is now; undefined while nothing is. */
  #trouble: string | undefined;

  constructor(parts: TargetFileFollowerParts) {
    this.#parts = parts;
  }

  /** Ends when `signal` is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!signal.aborted) {
      const signature = await this.#settled(signal);
      const isDue = clock.nowMs() - this.#readMs >= rereadMs;
      if (!signal.aborted && (signature !== this.#signature || isDue)) await this.#load(signature, signal);
      await sleep(clock, pollMs, signal);
    }
  }

  /** The file's signature once it no longer changes; the first time it is taken as it is, so as to start at once. */
  async #settled(signal: AbortSignal): Promise<string> {
    const { file, clock } = this.#parts;
    let signature = await file.signature();
    if (this.#signature === undefined || signature === this.#signature) return signature;
    for (let round = 0; round < maxSettleRounds && !signal.aborted; round++) {
      await sleep(clock, settleMs, signal);
      const again = await file.signature();
      if (again === signature) break;
      signature = again;
    }
    return signature;
  }

  async #load(signature: string, signal: AbortSignal): Promise<void> {
    const { file, clock, checked } = this.#parts;
    const loaded = await loadTargetFile(file, this.#hash, signal);
    if (signal.aborted) return;
    // Where it changed while it was read, the next look finds another signature and reads it once more.
    [this.#signature, this.#readMs] = [signature, clock.nowMs()];
    if (loaded !== undefined && "problems" in loaded) this.#refuse(loaded.problems);
    else if (loaded === undefined) this.#accept("is as it was");
    else {
      this.#hash = loaded.hash;
      this.#known = loaded.entries.length;
      const repeated = loaded.repeated === 0 ? "" : `, not counting ${loaded.repeated} that repeat others`;
      this.#accept(`names ${count(this.#known, "target")}${repeated}`);
      this.#parts.replace(loaded.entries);
    }
    checked(this.#trouble === undefined);
  }

  #accept(what: string): void {
    const { log, file } = this.#parts;
    const isUnchanged = what === "is as it was";
    if (this.#trouble !== undefined) log.info(`the targets file ${file.path} can be used again: it ${what}`);
    else if (!isUnchanged) log.info(`the targets file ${file.path} ${what}`);
    this.#trouble = undefined;
  }

  #refuse(problems: readonly string[]): void {
    const trouble = problems.join("\n");
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const { log, file } = this.#parts;
    const kept = this.#hash === undefined ? "there is no version before it" : `the last good one serves on`;
    log.warn(`the targets file ${file.path} cannot be used; ${kept}`, { targets: this.#known });
    for (const problem of problems.slice(0, maxToldProblems)) log.warn(problem);
    const untold = problems.length - maxToldProblems;
    if (untold > 0) log.warn(`and ${count(untold, "more problem")} of that file`);
  }
}
