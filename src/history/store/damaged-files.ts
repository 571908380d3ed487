import { constants, copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Log } from "../../log.ts";

/** Of the newest; older ones make room. Each is as large as the history was, or its log. */
const keptAtMost = 3;
/** A log is seldom larger than 1 MB. */
const copiedBytesAtMost = 64_000_000;
/** What follows a history's name: a moment, and whether it is a log. Others' names are left alone. */
const asideName = /^\.damaged-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)(-wal)?$/;

/** What of a history was damaged and lies beside it, for whoever wants to look into it. */
export class DamagedFiles {
  readonly #path: string;
  readonly #log: Log;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** Takes the file away, with its log, and says so with why; or what keeps it from that. */
  setAside(nowMs: number, why: string): Error | undefined {
    const aside = this.#nameAt(nowMs);
    try {
      if (existsSync(this.#path)) renameSync(this.#path, aside);
      if (existsSync(`${this.#path}-wal`)) renameSync(`${this.#path}-wal`, `${aside}-wal`);
    } catch (error) {
      return error as Error;
    }
    this.#log.error(`the history ${this.#path} is damaged (${why}): it is now ${aside}, and a new one begins`);
    this.#removeOldest(aside);
    return undefined;
  }

  /** Copies the log; gives the copy's name. `keep` or `remove` is to follow. */
  copyLog(nowMs: number): string | Error {
    const copy = `${this.#nameAt(nowMs)}-wal`;
    try {
      const { size } = statSync(`${this.#path}-wal`);
      if (size > copiedBytesAtMost) return new Error(`its ${size} bytes are too many`);
      copyFileSync(`${this.#path}-wal`, copy, constants.COPYFILE_FICLONE);
    } catch (error) {
      rmSync(copy, { force: true });
      return error as Error;
    }
    return copy;
  }

  /** Takes the log away, so that the file is opened without it. `keep` or `giveBack` is to follow. */
  moveLog(nowMs: number): string | Error {
    const moved = `${this.#nameAt(nowMs)}-wal`;
    try {
      renameSync(`${this.#path}-wal`, moved);
    } catch (error) {
      return error as Error;
    }
    return moved;
  }

  keep(log: string): void {
    this.#removeOldest(log.replace(/-wal$/, ""));
  }

  remove(copy: string): void {
    rmSync(copy, { force: true });
  }

  giveBack(moved: string): void {
    renameSync(moved, `${this.#path}-wal`);
  }

  #nameAt(nowMs: number): string {
    return `${this.#path}.damaged-${new Date(nowMs).toISOString().replaceAll(":", "-")}`;
  }

  /** `newest` stays whatever its name says: the clock may have been put back. */
  #removeOldest(newest: string): void {
    const folder = dirname(this.#path);
    try {
      const names = readdirSync(folder).filter((name) => this.#isAside(name));
      const sets = [...new Set(names.map((name) => name.replace(/-wal$/, "")))].sort();
      const others = sets.filter((set) => set !== basename(newest));
      const old = new Set(others.slice(0, Math.max(0, others.length - (keptAtMost - 1))));
      const files = names.filter((name) => old.has(name.replace(/-wal$/, ""))).map((name) => join(folder, name));
      for (const file of files) rmSync(file, { force: true });
      if (files.length > 0) {
        this.#log.warn(`of the history's damaged files the newest ${keptAtMost} are kept`, {
          removed: files.join(" "),
        });
      }
    } catch (error) {
      this.#log.warn(`the history's oldest damaged files cannot be removed: ${(error as Error).message}`);
    }
  }

  #isAside(name: string): boolean {
    const own = basename(this.#path);
    return name.startsWith(own) && asideName.test(name.slice(own.length));
  }
}
