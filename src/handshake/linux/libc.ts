import { createRequire } from "node:module";

/**
 * The calls of libc that a handshake takes, one entry each: C's return type, then C's parameters. What C calls a
 * pointer is `uintptr_t` here: an address in a preallocated buffer, computed without a BigInt a call.
 */
const signatures = {
  /** socket(2): domain, type, protocol. */
  socket: ["int", ["int", "int", "int"]],
  /** connect(2): descriptor, struct sockaddr *, its length. */
  connect: ["int", ["int", "uintptr_t", "uint"]],
  /** bind(2): descriptor, struct sockaddr *, its length. */
  bind: ["int", ["int", "uintptr_t", "uint"]],
  /** close(2). */
  close: ["int", ["int"]],
  /** setsockopt(2): descriptor, level, name, value, its length. */
  setsockopt: ["int", ["int", "int", "int", "uintptr_t", "uint"]],
  /** getsockopt(2): descriptor, level, name, value, socklen_t * of its length. */
  getsockopt: ["int", ["int", "int", "int", "uintptr_t", "uintptr_t"]],
  /** epoll_create1(2). */
  epoll_create1: ["int", ["int"]],
  /** epoll_ctl(2): epoll, operation, descriptor, struct epoll_event *. */
  epoll_ctl: ["int", ["int", "int", "int", "uintptr_t"]],
  /** epoll_wait(2): epoll, struct epoll_event[], their number, milliseconds. */
  epoll_wait: ["int", ["int", "uintptr_t", "int", "int"]],
  /** eventfd(2): first value, flags. */
  eventfd: ["int", ["uint", "int"]],
  /** read(2): descriptor, buffer, its length. */
  read: ["long", ["int", "uintptr_t", "size_t"]],
} as const;

/** All arguments are numbers, pointers too: an address of user space has at most 52 bits on what this runs on. */
type Call<Parameters extends readonly string[]> = (...args: { [Index in keyof Parameters]: number }) => number;

export type Libc = {
  readonly [Name in keyof typeof signatures]: Call<(typeof signatures)[Name][1]>;
} & {
  /** errno of the last call that failed, on this thread. */
  readonly errno: () => number;
  /** Address of a buffer that stays where it is as long as it is referenced. */
  readonly address: (buffer: ArrayBuffer) => number;
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
  return {
    ...Object.fromEntries(calls),
    errno: () => koffi.errno(),
    address: (buffer) => Number(koffi.address(buffer)),
  };
}
