import type { Log } from "../../log.ts";
import type { KnownTarget } from "../model.ts";
import { DamagedFiles } from "../store/damaged-files.ts";
import { openDatabase } from "../store/database.ts";
import { type Mishap, mishapOf } from "../store/sqlite-trouble.ts";
import { levels, Store } from "../store/store.ts";
import type { KeeperSetUp, Refusal } from "../thread/protocol.ts";
import { type ClosedMinute, isLate, writeMinute, writeTargets } from "./closed-minute.ts";
import { openFile } from "./open-file.ts";
import { Retention } from "./retention.ts";
import { RollUp } from "./roll-up.ts";

/** Minutes that wait for room on the disk. */
const pendingAtMost = { minutes: 180, bytes: 24_000_000 };
/** Before what did not go is tried again, by the wall clock. */
const retryMs = 5_000;
/** Files that one run sets aside one after the other: with more, it is the disk, which others would only fill. */
const damagedAtMost = 5;
const damagedRetryMs = 3_600_000;

export interface ArchiveOptions extends KeeperSetUp {
  readonly log: Log;
}

/** The file, whatever happens to it, and the minutes that are not in it yet. */
export class Archive {
  readonly #options: ArchiveOptions;
  #store: Store;
  /** Whether the store is the file's; else there is none at the moment and an empty one stands in. */
  #isFile = true;
  #pending: ClosedMinute[] = [];
  #pendingBytes = 0;
  #problem = "";
  /** By the wall clock; of no meaning while there is none. */
  #problemSinceMs = 0;
  /** Nothing is tried between the two. */
  #pauseFromMs = 0;
  #pauseToMs = 0;
  /** When it was last told the time. */
  #nowMs: number;
  readonly #rollUp = new RollUp();
  readonly #retention: Retention;
  #rollUpDue = true;
  #retentionDue = true;
  /** All targets, for a file that begins while there are some: it takes the place of one that was damaged. */
  targets: () => readonly KnownTarget[] = () => [];
  writtenMinutes = 0;
  droppedMinutes = 0;
  /** Set aside, logs among them. */
  damagedFiles = 0;
  /** When the file itself was, the last time: what was before is in no file that is open. */
  damagedMs: number | undefined;

  private constructor(options: ArchiveOptions, store: Store) {
    this.#options = options;
    this.#store = store;
    this.#nowMs = options.nowUnixMs;
    this.#retention = new Retention(options);
  }

  /** Opens the file or begins one; says why it cannot. One that is damaged is set aside. */
  static open(options: ArchiveOptions): Archive | Refusal {
    const { opened, damagedFiles, isReplaced } = openFile(options);
    if (opened.kind !== "open") {
      return { problem: `cannot keep a history in ${options.path}: ${opened.why}`, isOfDisk: opened.isOfDisk ?? false };
    }
    const archive = new Archive(options, new Store(opened.db));
    archive.damagedFiles = damagedFiles;
    if (isReplaced) archive.damagedMs = options.nowUnixMs;
    return archive;
  }

  get problem(): string {
    return this.#problem;
  }

  get problemSinceMs(): number | undefined {
    return this.#problem === "" ? undefined : this.#problemSinceMs;
  }

  /** Those that are not in the file yet, in the order in which they were over. */
  get pending(): readonly ClosedMinute[] {
    return this.#pending;
  }

  /** Those in which anything was measured. */
  get unwrittenMinutes(): number {
    return this.#pending.reduce((sum, { heat }) => (heat === undefined ? sum : sum + 1), 0);
  }

  /** Reads; where the file turns out to be damaged, once more from the new one. */
  read<T>(read: (store: Store) => T): T {
    try {
      return read(this.#store);
    } catch (error) {
      const mishap = mishapOf(error);
      if (mishap?.kind !== "damaged") throw error;
      this.#replace(mishap.why, this.#nowMs);
      return read(this.#store);
    }
  }

  /** The same for what can do without: on a disk that cannot be read just now it gives `otherwise`. */
  tryRead<T>(read: (store: Store) => T, otherwise: T): T {
    try {
      return this.read(read);
    } catch (error) {
      if (mishapOf(error) === undefined) throw error;
      return otherwise;
    }
  }

  /** Writes a minute, now or when it can. */
  keep(minute: ClosedMinute, nowMs: number): void {
    this.#nowMs = nowMs;
    this.#pending.push(minute);
    this.#pendingBytes += bytesOf(minute);
    this.#rollUpDue = true;
    this.#retentionDue = true;
    this.#retention.minuteIsOver();
    if (this.#mayTry(nowMs)) this.#writePending(nowMs);
    while (this.#pending.length > pendingAtMost.minutes || this.#pendingBytes > pendingAtMost.bytes) this.#dropOldest();
  }

  /** Does one bite of what there is to do; false where there is nothing, or nothing that goes now. `overMs`: when the running minute began. */
  work(nowMs: number, overMs: number): boolean {
    this.#nowMs = nowMs;
    if (!this.#mayTry(nowMs)) return false;
    if (this.#pending.length > 0 || !this.#isFile) return this.#writePending(nowMs);
    if (this.#rollUpDue) return this.#attempt(nowMs, () => this.#rollUpBite(overMs));
    if (this.#retentionDue) return this.#attempt(nowMs, () => this.#retentionBite(nowMs));
    this.#recovered();
    return false;
  }

  /** When what is kept begins; undefined where nothing is, or where nobody can tell now. */
  firstMs(): number | undefined {
    const stored = this.tryRead((store) => levels.map((level) => store.firstStep(level)), undefined);
    if (stored === undefined) return undefined;
    const starts = [
      ...stored.filter((startMs) => startMs !== undefined),
      ...this.#pending.map(({ startMs }) => startMs),
    ];
    return starts.length === 0 ? undefined : Math.min(...starts);
  }

  bytes(): number {
    return this.#isFile ? this.tryRead((store) => store.bytes(), 0) : 0;
  }

  /** Writes targets ahead of the minute that is the first to need them; false where that cannot be now. */
  putTargets(targets: readonly KnownTarget[], nowMs: number): boolean {
    if (!this.#isFile || this.#pending.length > 0 || !this.#mayTry(nowMs)) return false;
    return this.#attempt(nowMs, () => this.#store.transaction(() => writeTargets(this.#store, targets)));
  }

  /** Removes targets of which nothing is kept. */
  removeTargets(ids: readonly number[], nowMs: number): void {
    if (ids.length === 0 || !this.#isFile) return;
    this.#attempt(nowMs, () =>
      this.#store.transaction(() => {
        for (const id of ids) this.#store.removeTarget(id);
      }),
    );
  }

  /** Tries once more to write what is not yet, and closes. */
  close(nowMs: number): void {
    if (this.#pending.length > 0) this.#writePending(nowMs);
    if (this.#pending.length > 0) {
      const { log } = this.#options;
      log.error(`${this.#pending.length} minutes of history could not be written and are lost: ${this.#problem}`);
    }
    this.#closeQuietly();
  }

  /** A wall clock that was put back must not put a try off for hours. */
  #mayTry(nowMs: number): boolean {
    return nowMs >= this.#pauseToMs || nowMs < this.#pauseFromMs;
  }

  #pause(nowMs: number, durationMs: number): void {
    this.#pauseFromMs = nowMs;
    this.#pauseToMs = nowMs + durationMs;
  }

  #writePending(nowMs: number): boolean {
    if (!this.#isFile && !this.#openAgain(nowMs)) return false;
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      const minute = next;
      if (!this.#attempt(nowMs, () => this.#write(minute))) return false;
      this.#pending.shift();
      this.#pendingBytes -= bytesOf(minute);
      this.writtenMinutes++;
    }
    return true;
  }

  #write(minute: ClosedMinute): void {
    if (isLate(this.#store, minute)) this.#rollUp.restart();
    this.#store.transaction(() => writeMinute(this.#store, minute));
  }

  #rollUpBite(overMs: number): void {
    this.#store.transaction(() => {
      this.#rollUpDue = this.#rollUp.bite(this.#store, overMs);
    });
  }

  #retentionBite(nowMs: number): void {
    let isMore = false;
    this.#store.transaction(() => {
      isMore = this.#retention.bite(this.#store, nowMs);
    });
    this.#retentionDue = isMore || this.#retention.shrink(this.#store);
    if (!this.#retentionDue) this.#retention.spareLog(this.#store);
  }

  /** Does what may go wrong in the world; gives whether it went well. */
  #attempt(nowMs: number, act: () => void): boolean {
    try {
      act();
    } catch (error) {
      const mishap = mishapOf(error);
      if (mishap === undefined) throw error;
      this.#met(mishap, nowMs);
      return false;
    }
    return true;
  }

  #met({ kind, why }: Pick<Mishap, "kind" | "why">, nowMs: number): void {
    this.#rollUp.restart();
    if (kind === "damaged") {
      this.#replace(why, nowMs);
      return;
    }
    this.#pause(nowMs, retryMs);
    if (this.#problem === "") {
      this.#problemSinceMs = nowMs;
      this.#options.log.error(`the history cannot be written: ${why}; it is kept in memory, and tried again`, {
        file: this.#options.path,
      });
    }
    this.#problem = `cannot be written: ${why}`;
  }

  /** All that was due has gone well: one small write that goes through does not end a disk's trouble. */
  #recovered(): void {
    if (this.#problem === "") return;
    this.#problem = "";
    this.#options.log.info("the history is written again", {
      file: this.#options.path,
      minutes_lost: this.droppedMinutes === 0 ? undefined : this.droppedMinutes,
    });
  }

  /** The file is damaged: puts another in its place. */
  #replace(why: string, nowMs: number): void {
    this.damagedFiles++;
    this.damagedMs = nowMs;
    this.#closeQuietly();
    const isAside = this.#setAside(why, nowMs);
    this.#isFile = false;
    this.#store = standIn();
    if (isAside && this.damagedFiles < damagedAtMost) {
      this.#openAgain(nowMs);
      return;
    }
    if (this.#problem === "") this.#problemSinceMs = nowMs;
    this.#problem = `damaged: ${why}`;
    this.#pause(nowMs, damagedRetryMs);
  }

  #setAside(why: string, nowMs: number): boolean {
    const { path, log } = this.#options;
    if (path === undefined) {
      log.error(`the history in memory is damaged (${why}): a new one begins`);
      return true;
    }
    const failed = new DamagedFiles(path, log).setAside(nowMs, why);
    if (failed !== undefined) {
      log.error(`the history ${path} is damaged (${why}) and cannot be set aside: ${failed.message}`);
    }
    return failed === undefined;
  }

  #openAgain(nowMs: number): boolean {
    const opened = openDatabase(this.#options.path);
    if (opened.kind !== "open") {
      this.#met({ kind: "trouble", why: opened.why }, nowMs);
      return false;
    }
    this.#closeQuietly();
    this.#store = new Store(opened.db);
    this.#isFile = true;
    this.#rollUp.restart();
    const targets = this.targets();
    return this.#attempt(nowMs, () => this.#store.transaction(() => writeTargets(this.#store, targets)));
  }

  #closeQuietly(): void {
    try {
      this.#store.close();
    } catch {
      // What a last checkpoint finds wrong, the next start will find too; the log was written through.
    }
  }

  /** Its targets stay, with the next or alone: what is written later refers to them. */
  #dropOldest(): void {
    const [dropped, next] = this.#pending.splice(0, 2);
    if (dropped === undefined) return;
    if (dropped.heat !== undefined) this.droppedMinutes++;
    this.#pendingBytes -= bytesOf(dropped);
    const heir = next ?? { ...emptyMinute, startMs: dropped.startMs };
    this.#pending.unshift({ ...heir, targets: [...dropped.targets, ...heir.targets] });
  }
}

const emptyMinute = {
  blocks: new Map(),
  heat: undefined,
  zones: undefined,
  handshakes: new Map(),
  changes: [],
  targets: [],
  states: undefined,
};

function standIn(): Store {
  const opened = openDatabase(undefined);
  if (opened.kind !== "open") throw new Error(`no database in memory: ${opened.why}`);
  return new Store(opened.db);
}

/** Without its targets: they cannot be let go. */
function bytesOf({ blocks, handshakes, heat, zones, changes, states }: ClosedMinute): number {
  let bytes = (heat?.length ?? 0) + (zones?.length ?? 0) + (states?.length ?? 0);
  for (const data of blocks.values()) bytes += data.length;
  for (const data of handshakes.values()) bytes += data.length;
  return bytes + 300 * changes.length;
}
