import { DamagedError } from "../codec/bytes.ts";

/** What SQLite's primary result codes mean to a history (sqlite3.h; the low byte of an extended code). */
const codes = {
  perm: 3,
  busy: 5,
  nomem: 7,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  notadb: 26,
} as const;
const trouble: ReadonlySet<number> = new Set([
  codes.perm,
  codes.busy,
  codes.nomem,
  codes.readonly,
  codes.ioerr,
  codes.full,
  codes.cantopen,
]);

/** What the world did to the file, or undefined for a bug. `damaged`: its content. `trouble`: it may pass. */
export interface Mishap {
  readonly kind: "damaged" | "trouble" | "in use";
  readonly why: string;
  /** It is the disk that is full, fails, or takes nothing at this moment; what a path or a right is wrong for stays so. */
  readonly isOfDisk: boolean;
}

export function mishapOf(error: unknown): Mishap | undefined {
  if (error instanceof DamagedError) return { kind: "damaged", why: error.message, isOfDisk: false };
  const { errcode, message } = error as { errcode?: number; message: string };
  if (errcode === undefined) return undefined;
  const code = errcode & 0xff;
  const isOfDisk = code === codes.full || code === codes.ioerr || code === codes.readonly;
  if (code === codes.corrupt || code === codes.notadb) return { kind: "damaged", why: message, isOfDisk };
  if (code === codes.busy) return { kind: "in use", why: message, isOfDisk };
  return trouble.has(code) ? { kind: "trouble", why: message, isOfDisk } : undefined;
}
