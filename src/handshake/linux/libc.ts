import { createRequire } from "node:module";

/** The calls of libc that a handshake takes, one entry each: C's return type, then C's parameters. */
const signatures = {
  /** socket(2): domain, type, protocol. */
  socket: ["int", ["int", "int", "int"]],
  /** connect(2): descriptor, struct sockaddr *, its length. */
  connect: ["int", ["int", "void *", "uint"]],
  /** bind(2): descriptor, struct sockaddr *, its length. */
  bind: ["int", ["int", "void *", "uint"]],
  /** close(2). */
  close: ["int", ["int"]],
  /** setsockopt(2): descriptor, level, name, value, its length. */
  setsockopt: ["int", ["int", "int", "int", "void *", "uint"]],
  /** getsockopt(2): descriptor, level, name, value, socklen_t * of its length. */
  getsockopt: ["int", ["int", "int", "int", "void *", "void *"]],
  /** epoll_create1(2). */
  epoll_create1: ["int", ["int"]],
  /** epoll_ctl(2): epoll, operation, descriptor, struct epoll_event *. */
  epoll_ctl: ["int", ["int", "int", "int", "void *"]],
  /** epoll_wait(2): epoll, struct epoll_event[], their number, milliseconds. */
  epoll_wait: ["int", ["int", "void *", "int", "int"]],
  /** eventfd(2): first value, flags. */
  eventfd: ["int", ["uint", "int"]],
  /** read(2): descriptor, buffer, its length. */
  read: ["long", ["int", "void *", "size_t"]],
} as const;

/** Pointers are addresses in memory, as numbers: the preallocated buffer's plus an offset. */
type ArgumentType<C> = C extends "void *" ? bigint : number;
type Call<Parameters extends readonly string[]> = (
  ...args: { [Index in keyof Parameters]: ArgumentType<Parameters[Index]> }
) => number;

export type Libc = {
  readonly [Name in keyof typeof signatures]: Call<(typeof signatures)[Name][1]>;
} & {
  /** errno of the last call that failed, on this thread. */
  readonly errno: () => number;
  /** Address of a buffer that stays where it is as long as it is referenced. */
  readonly address: (buffer: ArrayBuffer) => bigint;
};

/**
 * Loads what the process itself is linked against, glibc or musl, through koffi. Not before it is needed: who probes
 * with another engine, or on another system, pays nothing and is not stopped by a missing binary. Throws where koffi
 * has no binary for this system.
 */
export function loadLibc(): Libc {
  const koffi: typeof import("koffi") = createRequire(import.meta.url)("koffi");
  const library = koffi.load(null);
  const calls = Object.entries(signatures).map(([name, [result, parameters]]) => [
    name,
    library.func(name, result, [...parameters]),
  ]);
  return { ...Object.fromEntries(calls), errno: () => koffi.errno(), address: (buffer) => koffi.address(buffer) };
}
