import { constants } from "node:os";

const names = new Map<number, string>(Object.entries(constants.errno).map(([name, number]) => [number, name]));
// 95 has two names, of which node:os lists one or the other; sockets say EOPNOTSUPP.
names.set(constants.errno.EOPNOTSUPP, "EOPNOTSUPP");
// Not in node:os (include/uapi/asm-generic/errno.h): ICMP "host isolated" gives it.
names.set(64, "ENONET");
names.set(112, "EHOSTDOWN");

/** `ECONNREFUSED` for 111; the number itself where it has no name here. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}
