import type { DatabaseSync } from "node:sqlite";

/** "PnGo", where SQLite keeps whose a file is (PRAGMA application_id). */
export const applicationId = 0x50_6e_47_6f;

/** The levels of steps, the finest first, as tables are named for them; their lengths are `stepsMs`. */
export const levelNames = ["1m", "10m", "1h", "6h"] as const;

/**
 * Rows with the key (start, group) or start, always appended, so that pages fill up and the oldest go away whole.
 * `key` is the number of the step times `groupsAtMost` plus the group's.
 */
function levelTables(name: string): string {
  return `
    CREATE TABLE blocks_${name} (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE heat_${name} (start_ms INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE zones_${name} (start_ms INTEGER PRIMARY KEY, data BLOB NOT NULL);`;
}

const first = `
  CREATE TABLE targets (id INTEGER PRIMARY KEY, joined_ms INTEGER NOT NULL, left_ms INTEGER, target TEXT NOT NULL);
  CREATE TABLE handshakes (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE changes (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL,
    cluster TEXT NOT NULL, node TEXT NOT NULL, target INTEGER, text TEXT NOT NULL);
  CREATE INDEX changes_by_time ON changes (at_ms);
  CREATE INDEX changes_by_node ON changes (cluster, node, at_ms);
  CREATE TABLE rolled_up (level INTEGER PRIMARY KEY, until_ms INTEGER NOT NULL);
  CREATE TABLE states (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  ${["1m", "10m", "1h"].map(levelTables).join("")}`;

/** Which changes tell of APIs: a query has to say it as the index does, or SQLite does not use that. */
export const ofApis = "kind IN ('api', 'api up', 'pingo')";

/** Each takes a file from the version of its place to the next; `user_version` says how many it has had. */
export const migrations: readonly ((db: DatabaseSync) => void)[] = [
  (db) => db.exec(first),
  // Months at a glance: steps of 6 h. They are made of the hours that are there as any that are due.
  (db) => db.exec(levelTables("6h")),
  // How an API was at a moment is found among all that happened to nodes.
  (db) => db.exec(`CREATE INDEX changes_of_apis ON changes (at_ms) WHERE ${ofApis}`),
];
