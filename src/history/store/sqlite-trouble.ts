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
export type Mishap = { readonly kind: "damaged" | "trouble" | "in use"; readonly why: string };

export function mishapOf(error: unknown): Mishap | undefined {
  if (error instanceof DamagedError) return { kind: "damaged", why: error.message };
  const { errcode, message } = error as { errcode?: number; message: string };
  if (errcode === undefined) return undefined;
  const code = errcode & 0xff;
  if (code === codes.corrupt || code === codes.notadb) return { kind: "damaged", why: message };
  if (code === codes.busy) return { kind: "in use", why: message };
  return trouble.has(code) ? { kind: "trouble", why: message } : undefined;
}
