import { statSync } from "node:fs";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { stepsMs } from "../../api/queries.ts";
import { levelNames, ofApis } from "./schema.ts";

/** The place of a length of steps in `stepsMs`. */
export type Level = 0 | 1 | 2 | 3;
export const levels: readonly Level[] = [0, 1, 2, 3];
/** So many groups has a step at most; what a key is made with. */
const groupsAtMost = 16_384;

/** A row of a step: its start and what it holds, packed. */
export interface StepRow {
  readonly startMs: number;
  readonly data: Uint8Array;
}

/** A change that is no handshake. `api up`: no event; an API answered when PinGo began to ask it. */
export interface ChangeRow {
  readonly atMs: number;
  readonly kind: "ready" | "joined" | "left" | "zone" | "api" | "api up" | "pingo";
  readonly cluster: string;
  readonly node: string;
  /** A target's id, where it is about one. */
  readonly id: number | undefined;
  readonly text: string;
}

export interface TargetRow {
  readonly id: number;
  readonly joinedMs: number;
  readonly leftMs: number | undefined;
  /** JSON of the target, and of its zones of before. */
  readonly target: string;
}

/** The statements of a history, each under a name. Knows tables and keys; what is in a blob is others' business. */
export class Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** Undefined in memory, where there is none. */
  readonly #logPath: string | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
    const path = db.location();
    this.#logPath = path === null ? undefined : `${path}-wal`;
  }

  /** All of it or, where it throws, nothing. */
  transaction(write: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      write();
      this.#db.exec("COMMIT");
    } catch (error) {
      // A full disk has rolled it back already.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  block(level: Level, startMs: number, group: number): Uint8Array | undefined {
    const row = this.#get(`SELECT data FROM blocks_${levelNames[level]} WHERE key = ?`, keyOf(level, startMs, group));
    return row?.data as Uint8Array | undefined;
  }

  putBlock(level: Level, startMs: number, group: number, data: Uint8Array): void {
    const sql = `INSERT OR REPLACE INTO blocks_${levelNames[level]} VALUES (?, ?)`;
    this.#run(sql, keyOf(level, startMs, group), data);
  }

  handshakes(startMs: number, group: number): Uint8Array | undefined {
    return this.#get("SELECT data FROM handshakes WHERE key = ?", keyOf(0, startMs, group))?.data as
      | Uint8Array
      | undefined;
  }

  putHandshakes(startMs: number, group: number, data: Uint8Array): void {
    this.#run("INSERT OR REPLACE INTO handshakes VALUES (?, ?)", keyOf(0, startMs, group), data);
  }

  /** The latest minute before `beforeMs` in which any handshake is told of, by group; undefined where there is none. */
  handshakesBefore(beforeMs: number): { startMs: number; groups: Map<number, Uint8Array> } | undefined {
    const last = this.#get("SELECT max(key) AS key FROM handshakes WHERE key < ?", keyOf(0, beforeMs, 0))?.key;
    if (typeof last !== "number") return undefined;
    const startMs = startOf(0, last);
    const from = keyOf(0, startMs, 0);
    const rows = this.#all("SELECT key, data FROM handshakes WHERE key >= ? AND key < ?", from, from + groupsAtMost);
    return { startMs, groups: new Map(rows.map(({ key, data }) => [(key as number) - from, data as Uint8Array])) };
  }

  /** The latest of one group's from `fromMs` to before `beforeMs`. Looks for each minute's row: others' are as many as groups. */
  groupHandshakesBefore(beforeMs: number, fromMs: number, group: number): StepRow | undefined {
    const sql = `WITH RECURSIVE minutes(key) AS (
      SELECT ? UNION ALL SELECT key - ${groupsAtMost} FROM minutes WHERE key >= ?
    ) SELECT key, data FROM minutes CROSS JOIN handshakes USING (key) LIMIT 1`;
    const row = this.#get(sql, keyOf(0, beforeMs, group) - groupsAtMost, keyOf(0, fromMs, group) + groupsAtMost);
    return row && { startMs: startOf(0, row.key as number), data: row.data as Uint8Array };
  }

  firstHandshakes(): number | undefined {
    const key = this.#get("SELECT min(key) AS key FROM handshakes")?.key;
    return typeof key === "number" ? startOf(0, key) : undefined;
  }

  heat(level: Level, fromMs: number, toMs: number): StepRow[] {
    return this.#rows(`heat_${levelNames[level]}`, fromMs, toMs);
  }

  zones(level: Level, fromMs: number, toMs: number): StepRow[] {
    return this.#rows(`zones_${levelNames[level]}`, fromMs, toMs);
  }

  putHeat(level: Level, startMs: number, data: Uint8Array): void {
    this.#run(`INSERT OR REPLACE INTO heat_${levelNames[level]} VALUES (?, ?)`, startMs, data);
  }

  putZones(level: Level, startMs: number, data: Uint8Array): void {
    this.#run(`INSERT OR REPLACE INTO zones_${levelNames[level]} VALUES (?, ?)`, startMs, data);
  }

  /** The first step from `fromMs` on that anything is kept of. */
  firstStep(level: Level, fromMs = 0): number | undefined {
    const row = this.#get(`SELECT min(start_ms) AS at FROM heat_${levelNames[level]} WHERE start_ms >= ?`, fromMs);
    return (row?.at ?? undefined) as number | undefined;
  }

  lastStep(level: Level): number | undefined {
    return (this.#get(`SELECT max(start_ms) AS at FROM heat_${levelNames[level]}`)?.at ?? undefined) as
      | number
      | undefined;
  }

  /** Removes the steps that begin before `beforeMs`. */
  removeSteps(level: Level, beforeMs: number): void {
    const name = levelNames[level];
    const key = keyOf(level, beforeMs, 0);
    this.#run(`DELETE FROM blocks_${name} WHERE key < ?`, key);
    this.#run(`DELETE FROM heat_${name} WHERE start_ms < ?`, beforeMs);
    this.#run(`DELETE FROM zones_${name} WHERE start_ms < ?`, beforeMs);
    if (level === 0) this.#run("DELETE FROM handshakes WHERE key < ?", key);
  }

  /** Up to when the steps of a level are made of the finer ones. */
  rolledUpTo(level: Level): number {
    return (this.#get("SELECT until_ms FROM rolled_up WHERE level = ?", level)?.until_ms ?? 0) as number;
  }

  setRolledUpTo(level: Level, untilMs: number): void {
    this.#run("INSERT OR REPLACE INTO rolled_up VALUES (?, ?)", level, untilMs);
  }

  putChange({ atMs, kind, cluster, node, id, text }: ChangeRow): void {
    const sql = "INSERT INTO changes (at_ms, kind, cluster, node, target, text) VALUES (?, ?, ?, ?, ?, ?)";
    this.#run(sql, atMs, kind, cluster, node, id ?? null, text);
  }

  /** The latest from `fromMs` up to `atMs`, at most `limit`, those of one moment the last written first; of one node where it is given. */
  changes(
    fromMs: number,
    atMs: number,
    limit: number,
    of: { cluster: string; node: string } | undefined,
    skip = 0,
  ): ChangeRow[] {
    const where = of === undefined ? "" : "cluster = ? AND node = ? AND ";
    const sql = `SELECT * FROM changes WHERE ${where}at_ms BETWEEN ? AND ? ORDER BY at_ms DESC, id DESC LIMIT ? OFFSET ?`;
    const values = of === undefined ? [] : [of.cluster, of.node];
    return this.#all(sql, ...values, fromMs, atMs, limit, skip).map(changeOf);
  }

  /** Of APIs and of PinGo itself: the latest up to `atMs`, or the first after it; at most `limit`, from there on. */
  apiChanges(atMs: number, side: "before" | "after", limit: number): ChangeRow[] {
    const [where, order] = side === "before" ? ["<= ?", "DESC"] : ["> ?", "ASC"];
    const sql = `SELECT * FROM changes WHERE ${ofApis} AND at_ms ${where} ORDER BY at_ms ${order}, id ${order} LIMIT ?`;
    return this.#all(sql, atMs, limit).map(changeOf);
  }

  removeChanges(beforeMs: number, limit: number): number {
    const sql = "DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE at_ms < ? ORDER BY at_ms LIMIT ?)";
    return Number(this.#statement(sql).run(beforeMs, limit).changes);
  }

  targets(): TargetRow[] {
    return this.#all("SELECT * FROM targets").map(({ id, joined_ms, left_ms, target }) => ({
      id: id as number,
      joinedMs: joined_ms as number,
      leftMs: (left_ms ?? undefined) as number | undefined,
      target: target as string,
    }));
  }

  putTarget({ id, joinedMs, leftMs, target }: TargetRow): void {
    this.#run("INSERT OR REPLACE INTO targets VALUES (?, ?, ?, ?)", id, joinedMs, leftMs ?? null, target);
  }

  removeTarget(id: number): void {
    this.#run("DELETE FROM targets WHERE id = ?", id);
  }

  /** One blob of the states of all targets. */
  states(): Uint8Array | undefined {
    return this.#get("SELECT data FROM states WHERE id = 1")?.data as Uint8Array | undefined;
  }

  putStates(data: Uint8Array): void {
    this.#run("INSERT OR REPLACE INTO states VALUES (1, ?)", data);
  }

  /** Bytes in use, of the file and its log; pages that are free are left out. */
  bytes(): number {
    const pages = this.#pragma("page_count") - this.#pragma("freelist_count");
    return pages * this.#pragma("page_size") + this.logBytes();
  }

  /** Takes what is in the log over into the file, and makes it empty. Not within a transaction. */
  emptyLog(): void {
    if (this.logBytes() > 0) this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** None in memory. */
  logBytes(): number {
    if (this.#logPath === undefined) return 0;
    try {
      return statSync(this.#logPath, { throwIfNoEntry: false })?.size ?? 0;
    } catch {
      // A disk's trouble is met where something is written.
      return 0;
    }
  }

  freePages(): number {
    return this.#pragma("freelist_count");
  }

  /** Gives so many free pages back to the file system. */
  shrink(pages: number): void {
    this.#db.exec(`PRAGMA incremental_vacuum(${pages})`);
  }

  #rows(table: string, fromMs: number, toMs: number): StepRow[] {
    const rows = this.#all(`SELECT * FROM ${table} WHERE start_ms >= ? AND start_ms < ?`, fromMs, toMs);
    return rows.map(({ start_ms, data }) => ({ startMs: start_ms as number, data: data as Uint8Array }));
  }

  #pragma(name: string): number {
    return this.#get(`PRAGMA ${name}`)?.[name] as number;
  }

  #get(sql: string, ...values: SQLInputValue[]) {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, ...values: SQLInputValue[]) {
    return this.#statement(sql).all(...values);
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }
}

function keyOf(level: Level, startMs: number, group: number): number {
  return Math.floor(startMs / stepsMs[level]) * groupsAtMost + group;
}

function startOf(level: Level, key: number): number {
  return Math.floor(key / groupsAtMost) * stepsMs[level];
}

function changeOf(row: Record<string, unknown>): ChangeRow {
  return {
    atMs: row.at_ms as number,
    kind: row.kind as ChangeRow["kind"],
    cluster: row.cluster as string,
    node: row.node as string,
    id: (row.target ?? undefined) as number | undefined,
    text: row.text as string,
  };
}
