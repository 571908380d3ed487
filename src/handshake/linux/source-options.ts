import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import type { SourceConfig } from "../engine-config.ts";
import * as abi from "./constants.ts";
import { errnoName } from "./errno.ts";
import type { Libc } from "./libc.ts";
import { lengthOf, sockaddrOf } from "./sockaddr.ts";

/** One socket option with its value in memory that stays where it is. */
interface SocketOption {
  /** The flag that asks for it. */
  readonly flag: string;
  readonly level: number;
  readonly name: number;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** What is done to every socket of one family before its connect. */
interface FamilyOptions {
  readonly options: readonly (SocketOption & { readonly pointer: number })[];
  /** Where it is bound to; nothing where the kernel chooses. */
  readonly bind:
    | { readonly bytes: Uint8Array<ArrayBuffer>; readonly pointer: number; readonly length: number }
    | undefined;
}

/** Gives sockets the source that the user wants: address, ports, interface, DSCP. */
export class SourceOptions {
  readonly #libc: Libc;
  readonly #source: SourceConfig;
  readonly #byFamily: ReadonlyMap<number, FamilyOptions>;

  constructor(libc: Libc, source: SourceConfig) {
    this.#libc = libc;
    this.#source = source;
    this.#byFamily = new Map([abi.AF_INET, abi.AF_INET6].map((family) => [family, this.#prepare(source, family)]));
  }

  /** Throws, with the flag and the reason, where this kernel or this user may not do what is wanted. */
  check(): void {
    const { ports } = this.#source;
    if (ports !== undefined) checkPorts(ports, readFileSync(portRangePath, "utf8"));
    for (const family of this.#byFamily.keys()) {
      const fd = this.#libc.socket(family, abi.SOCK_STREAM | abi.SOCK_CLOEXEC, 0);
      // A machine without IPv6 is none with a wrong setting.
      if (fd < 0) continue;
      const failed = this.apply(fd, family);
      this.#libc.close(fd);
      if (failed !== undefined) throw new Error(failed);
    }
  }

  /** Undefined, or what could not be set and why. */
  apply(fd: number, family: number): string | undefined {
    const wanted = this.#byFamily.get(family);
    if (wanted === undefined) return undefined;
    for (const { flag, level, name, value, pointer } of wanted.options) {
      if (this.#libc.setsockopt(fd, level, name, pointer, value.length) < 0) return this.#why(flag);
    }
    const { bind } = wanted;
    return bind !== undefined && this.#libc.bind(fd, bind.pointer, bind.length) < 0 ? this.#why("--source") : undefined;
  }

  #why(flag: string): string {
    const errno = errnoName(this.#libc.errno());
    const { address, device } = this.#source;
    if (flag === "--source" && errno === "EADDRNOTAVAIL") return `--source: ${address} is no address of this machine`;
    if (flag === "--interface" && errno === "ENODEV") return `--interface: there is no interface ${device}`;
    return `${flag} cannot be had on this system (${errno})`;
  }

  #prepare(source: SourceConfig, family: number): FamilyOptions {
    const options = optionsOf(source, family).map((option) => ({ ...option, pointer: this.#pointer(option.value) }));
    const bytes = bindAddress(source, family);
    if (bytes === undefined) return { options, bind: undefined };
    const bind = { bytes, pointer: this.#pointer(bytes), length: lengthOf(family) };
    return { options, bind };
  }

  #pointer(bytes: Uint8Array<ArrayBuffer>): number {
    return this.#libc.address(bytes.buffer);
  }
}

const portRangePath = "/proc/sys/net/ipv4/ip_local_port_range";

/** The kernel takes any range, and silently uses of it what lies within its own (ip(7), IP_LOCAL_PORT_RANGE). */
function checkPorts([first, last]: readonly [number, number], systemRange: string): void {
  const [low = 0, high = 0] = systemRange.trim().split(/\s+/).map(Number);
  if (first >= low && last <= high) return;
  throw new Error(
    `--source-port-range: ${first}-${last} is not within what this system gives out, ${low}-${high} ` +
      "(sysctl net.ipv4.ip_local_port_range); the kernel would use other ports",
  );
}

function bindAddress({ address }: SourceConfig, family: number): Uint8Array<ArrayBuffer> | undefined {
  if (address === undefined || isIPv6(address) !== (family === abi.AF_INET6)) return undefined;
  return sockaddrOf({ host: address, port: 0 });
}

function optionsOf({ address, ports, device, dscp }: SourceConfig, family: number): SocketOption[] {
  const options: SocketOption[] = [];
  if (device !== undefined) {
    const value = new TextEncoder().encode(`${device}\0`);
    options.push({ flag: "--interface", level: abi.SOL_SOCKET, name: abi.SO_BINDTODEVICE, value });
  }
  if (dscp !== undefined) {
    const [level, name] = family === abi.AF_INET6 ? [abi.IPPROTO_IPV6, abi.IPV6_TCLASS] : [abi.IPPROTO_IP, abi.IP_TOS];
    // The upper six bits of the byte; the lower two are ECN's (RFC 3168).
    options.push({ flag: "--dscp", level, name, value: number32(dscp << 2) });
  }
  if (ports !== undefined) {
    const value = number32(ports[0] + ports[1] * 2 ** 16);
    options.push({ flag: "--source-port-range", level: abi.IPPROTO_IP, name: abi.IP_LOCAL_PORT_RANGE, value });
  }
  // The port is chosen at connect, by the whole of both addresses: bind alone would take one port for itself each.
  if (address !== undefined) {
    options.push({ flag: "--source", level: abi.IPPROTO_IP, name: abi.IP_BIND_ADDRESS_NO_PORT, value: number32(1) });
  }
  return options;
}

function number32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
