export const engineNames = ["auto", "kernel", "portable"] as const;
export const handshakeStyles = ["full", "half"] as const;
export const closeStyles = ["fin", "rst"] as const;

/** How handshakes are made and ended. */
export interface HandshakeStyle {
  /** `full`: the three-way handshake. `half`: SYN, SYN-ACK, RST; the far side's program never sees a connection. */
  readonly handshake: (typeof handshakeStyles)[number];
  /** How a full one is closed: FIN, or RST, which leaves no TIME_WAIT. */
  readonly close: (typeof closeStyles)[number];
  /** Where packets come from; each undefined where the kernel is to choose. */
  readonly source: SourceConfig;
}

export interface SourceConfig {
  /** An IP address of this machine; targets of the other family are not affected. */
  readonly address: string | undefined;
  /** First and last port. */
  readonly ports: readonly [number, number] | undefined;
  /** A network interface's name (SO_BINDTODEVICE). */
  readonly device: string | undefined;
  /** Differentiated services code point, 0 to 63 (RFC 2474). */
  readonly dscp: number | undefined;
}

/** Whether anything of the source is not left to the kernel. */
export function choosesSource(source: SourceConfig): boolean {
  return Object.values(source).some((value) => value !== undefined);
}

/** The kernel chooses. */
export const anySource: SourceConfig = { address: undefined, ports: undefined, device: undefined, dscp: undefined };

/** Which engine the user wants, and what of it. */
export interface EngineConfig extends HandshakeStyle {
  readonly engine: (typeof engineNames)[number];
}

/** Whether only the kernel engine can do what is wanted. */
export function needsKernel({ engine, handshake, close, source }: EngineConfig): boolean {
  return engine === "kernel" || handshake === "half" || close === "rst" || choosesSource(source);
}
