import type { DatabaseSync } from "node:sqlite";
import type { Log } from "../../log.ts";
import { DamagedFiles } from "../store/damaged-files.ts";
import { type Opened, openDatabase } from "../store/database.ts";
import type { LogLoss } from "../store/log-loss.ts";
import { mishapOf } from "../store/sqlite-trouble.ts";

interface OpenFileOptions {
  /** Undefined for a history in memory. */
  readonly path: string | undefined;
  readonly nowUnixMs: number;
  readonly log: Log;
}

interface OpenedFile {
  readonly opened: Opened;
  /** How many had to be set aside, logs among them. */
  readonly damagedFiles: number;
  /** Whether the file itself was: another one begins in its place, and nothing of the time before is in it. */
  readonly isReplaced: boolean;
}

/** Opens the file or begins one. One that is damaged is set aside; of a log that is, a copy. Both are told. */
export function openFile(options: OpenFileOptions): OpenedFile {
  const { path, nowUnixMs, log } = options;
  if (path === undefined) return { opened: openDatabase(undefined), damagedFiles: 0, isReplaced: false };
  const aside = new DamagedFiles(path, log);
  const { opened, damagedLogs } = openWithLog(path, aside, options);
  if (opened.kind !== "damaged") return { opened, damagedFiles: damagedLogs, isReplaced: false };
  const failed = aside.setAside(nowUnixMs, opened.why);
  const damagedFiles = damagedLogs + 1;
  if (failed !== undefined) {
    const why = `it is damaged (${opened.why}) and cannot be set aside: ${failed.message}`;
    return { opened: { kind: "refused", why }, damagedFiles, isReplaced: false };
  }
  return { opened: openDatabase(path), damagedFiles, isReplaced: true };
}

function openWithLog(path: string, aside: DamagedFiles, { nowUnixMs, log }: OpenFileOptions) {
  let lost: Loss | undefined;
  const opened = openDatabase(path, (loss) => {
    const moved = loss.isInFile ? aside.moveLog(nowUnixMs) : undefined;
    lost = typeof moved === "string" ? { ...loss, moved } : { ...loss, copy: aside.copyLog(nowUnixMs) };
  });
  if (lost === undefined) return { opened, damagedLogs: 0 };
  if (opened.kind === "refused") {
    // One that the next start is to meet as it is; or another PinGo's that began just now.
    if (lost.moved !== undefined) aside.giveBack(lost.moved);
    else if (typeof lost.copy === "string") aside.remove(lost.copy);
    return { opened, damagedLogs: 0 };
  }
  const kept = lost.moved ?? lost.copy;
  if (typeof kept === "string") aside.keep(kept);
  tell(path, lost, log);
  const isMixed = opened.kind === "open" && lost.moved === undefined;
  return { opened: isMixed ? afterLoss(opened.db) : opened, damagedLogs: 1 };
}

/** Where the log was put, or its copy. */
type Loss = LogLoss & { readonly moved?: string; readonly copy?: string | Error };

function tell(path: string, { why, frames, bytes, moved, copy }: Loss, log: Log): void {
  if (moved !== undefined) {
    log.warn(`the log of the history ${path} is damaged (${why}): all it held is in the file; the log is now ${moved}`);
    return;
  }
  const pages = `${frames} ${frames === 1 ? "page" : "pages"} (${bytes} bytes)`;
  const fate = copy instanceof Error ? `no copy of it is kept: ${copy.message}` : `a copy of it is kept as ${copy}`;
  log.error(`the log of the history ${path} is damaged (${why}): ${pages} of the last minutes are lost; ${fate}`);
}

/**
 * Pages of what is left in the log may be older than those that had gone over into the file, and the two no whole. The
 * log begins anew: else what is behind its damage would be found again.
 */
function afterLoss(db: DatabaseSync): Opened {
  try {
    const check = db.prepare("PRAGMA quick_check(1)").get()?.quick_check;
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    if (check === "ok") return { kind: "open", db };
    db.close();
    return { kind: "damaged", why: `what is left does not fit together: ${check}` };
  } catch (error) {
    if (db.isOpen) db.close();
    const mishap = mishapOf(error);
    if (mishap === undefined) throw error;
    return { kind: mishap.kind === "damaged" ? "damaged" : "refused", why: mishap.why };
  }
}
