export const engineNames = ["auto", "kernel", "portable"] as const;
export const handshakeStyles = ["full", "half"] as const;
export const closeStyles = ["fin", "rst"] as const;

/** How handshakes are made and ended. */
export interface HandshakeStyle {
  /** `full`: the three-way handshake. `half`: SYN, SYN-ACK, RST; the far side's program never sees a connection. */
  readonly handshake: (typeof handshakeStyles)[number];
  /** How a full one is closed: FIN, or RST, which leaves no TIME_WAIT. */
  readonly close: (typeof closeStyles)[number];
}

/** Which engine the user wants, and what of it. */
export interface EngineConfig extends HandshakeStyle {
  readonly engine: (typeof engineNames)[number];
}

/** Whether only the kernel engine can do what is wanted. */
export function needsKernel({ engine, handshake, close }: EngineConfig): boolean {
  return engine === "kernel" || handshake === "half" || close === "rst";
}
