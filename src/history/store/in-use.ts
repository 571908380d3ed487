import { DatabaseSync } from "node:sqlite";
import { mishapOf } from "./sqlite-trouble.ts";

/**
 * Whether a process holds a history's file: it does so from its first read on, by the lock that SQLite puts on the file
 * (https://www.sqlite.org/lockingv3.html). Nothing is changed, and the log is not opened: for reading alone, the shared
 * lock is taken first, and the exclusive one, which a log without shared memory needs, is refused by the system (fcntl(2):
 * EBADF for a file that is open for reading) where nobody has it.
 */
export function isInUse(path: string): boolean {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA user_version");
    return false;
  } catch (error) {
    const mishap = mishapOf(error);
    if (mishap === undefined) throw error;
    return mishap.kind === "in use";
  } finally {
    if (db?.isOpen === true) db.close();
  }
}
