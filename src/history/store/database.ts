import { closeSync, openSync, readSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isInUse } from "./in-use.ts";
import { type LogLoss, lossInLog } from "./log-loss.ts";
import { applicationId, migrations } from "./schema.ts";
import { mishapOf } from "./sqlite-trouble.ts";

/** An open database, or why there is none. `refused`: leave the file alone. `damaged`: nobody can read it. */
export type Opened =
  | { readonly kind: "open"; readonly db: DatabaseSync }
  | { readonly kind: "refused" | "damaged"; readonly why: string; readonly isOfDisk?: boolean };

/** Where SQLite keeps these in the first page (https://www.sqlite.org/fileformat.html). */
const header = { length: 100, pageSize: 16, userVersion: 60, applicationId: 68 } as const;
const magic = "SQLite format 3\0";
/** How what is nobody's damaged history begins: programs, archives, compressed files. */
const foreign = ["\x7fELF", "PK\x03\x04", "\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd7zXZ", "BZh", "%PDF"];

/**
 * Opens a history's file, or makes one; in memory where `path` is undefined. `onLogLoss` is called before the log is
 * changed, where no other process has the file open, and may be followed by any outcome.
 */
export function openDatabase(path: string | undefined, onLogLoss: (loss: LogLoss) => void = () => {}): Opened {
  const found = path === undefined ? undefined : lookAt(path);
  if (found !== undefined) return found;
  const loss = path === undefined ? undefined : lossOf(path);
  if (loss === "in use") return { kind: "refused", why: usedByAnother };
  if (loss !== undefined) onLogLoss(loss);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path ?? ":memory:", { timeout: 0 });
    return prepare(db);
  } catch (error) {
    if (db?.isOpen === true) db.close();
    const mishap = mishapOf(error);
    if (mishap === undefined) throw error;
    if (mishap.kind === "damaged") return { kind: "damaged", why: mishap.why };
    if (mishap.kind === "in use") return { kind: "refused", why: usedByAnother };
    return { kind: "refused", why: mishap.why, isOfDisk: mishap.isOfDisk };
  }
}

const usedByAnother = "another PinGo uses it; give each a file of its own";

/**
 * What is lost of a log that nobody writes. One that is written, and begun anew between two reads of it, looks damaged
 * and is not: nobody but its owner may touch it. It is looked at again, as its owner may have ended in between. The file
 * cannot be held from here to its opening: SQLite would take the log over into it as it lets go.
 */
function lossOf(path: string): LogLoss | "in use" | undefined {
  const pageSize = pageSizeOf(path);
  if (lossInLog(path, pageSize) === undefined) return undefined;
  return isInUse(path) ? "in use" : lossInLog(path, pageSize);
}

/** What keeps the file from being opened, seen without SQLite: that would change a file, or play its journal, before it is known whose it is. */
function lookAt(path: string): Opened | undefined {
  const head = readHead(path);
  if (head instanceof Error) return { kind: "refused", why: head.message };
  if (head.length === 0) return undefined;
  const text = head.toString("latin1");
  if (head.length < header.length || !text.startsWith(magic)) {
    if (foreign.some((start) => text.startsWith(start)))
      return { kind: "refused", why: "it is a file of another kind" };
    if (looksLikeText(head)) return { kind: "refused", why: "it is a text, no history of PinGo's" };
    return { kind: "damaged", why: "it does not begin as a database does" };
  }
  if (head.readUInt32BE(header.applicationId) !== applicationId) {
    return { kind: "refused", why: "it is another application's database" };
  }
  return tooNew(head.readUInt32BE(header.userVersion));
}

function tooNew(version: number): Opened | undefined {
  if (version <= migrations.length) return undefined;
  return {
    kind: "refused",
    why: `it is of version ${version} and this PinGo knows ${migrations.length}: a newer PinGo wrote it`,
  };
}

/** SQLite's own, where there is no file that says it, or one that says what no page is long: a power of two from 512 on. */
function pageSizeOf(path: string): number {
  const head = readHead(path);
  const said = head instanceof Error || head.length < header.length ? 0 : head.readUInt16BE(header.pageSize);
  // 64 KB do not fit in two bytes.
  if (said === 1) return 65_536;
  return said >= 512 && (said & (said - 1)) === 0 ? said : 4_096;
}

/** The first bytes; none where there is no file yet. */
function readHead(path: string): Buffer | Error {
  let fd: number;
  try {
    // A pipe would not let go of whoever opens it, and a device is nobody's to set aside.
    if (!statSync(path).isFile()) return new Error("it is no regular file");
    fd = openSync(path, "r");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? Buffer.alloc(0) : (error as Error);
  }
  try {
    const head = Buffer.alloc(header.length);
    return head.subarray(0, readSync(fd, head, 0, header.length, 0));
  } catch (error) {
    return error as Error;
  } finally {
    closeSync(fd);
  }
}

/** Damage is seldom printable; a path that was mistyped often leads to what is. */
function looksLikeText(head: Buffer): boolean {
  return head.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}

function prepare(db: DatabaseSync): Opened {
  // Before anything is read: with it the first reader holds the file, and needs no shared memory beside it.
  db.exec("PRAGMA locking_mode = EXCLUSIVE");
  if (userVersion(db) === 0) {
    // While there is no write-ahead log: so they stand in the file itself from the first moment on, for `lookAt`.
    db.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${applicationId}`);
  }
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4000");
  // What is in the log alone is lost with it, and counts against no limit: it goes over into the file every 256 KB.
  db.exec("PRAGMA wal_autocheckpoint = 64; PRAGMA journal_size_limit = 1000000; PRAGMA temp_store = MEMORY");
  // The log may hold a newer version than the file's first page.
  const refused = tooNew(userVersion(db));
  if (refused !== undefined) {
    db.close();
    return refused;
  }
  migrate(db);
  return { kind: "open", db };
}

function migrate(db: DatabaseSync): void {
  // Also where there is nothing to do: it is the first write that keeps others out for good.
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const migration of migrations.slice(userVersion(db))) migration(db);
    db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function userVersion(db: DatabaseSync): number {
  return db.prepare("PRAGMA user_version").get()?.user_version as number;
}
