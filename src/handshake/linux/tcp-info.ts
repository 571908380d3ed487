/**
 * What a socket tells of its handshake: struct tcp_info (include/uapi/linux/tcp.h), read where the kernel wrote it.
 * The kernel says how many bytes it wrote; an older one writes fewer, and what it did not write is not read.
 */

/** Room for more than any kernel writes today, in bytes. */
export const tcpInfoLength = 256;

const stateAt = 0;
const rttAt = 68;
const totalRetransAt = 100;

/** States of a connection that was made (include/net/tcp_states.h), among them those after the peer's FIN. */
const ESTABLISHED = 1;
const FIN_WAIT1 = 4;
const FIN_WAIT2 = 5;
const CLOSE_WAIT = 8;

/** Whether the connection is there. */
export function isEstablished(view: DataView, at: number, length: number): boolean {
  if (length <= stateAt) return false;
  const state = view.getUint8(at + stateAt);
  return state === ESTABLISHED || state === CLOSE_WAIT || state === FIN_WAIT1 || state === FIN_WAIT2;
}

/** tcpi_rtt: of a fresh connection the handshake's own round trip, in microseconds; -1 where it was not written. */
export function rttUs(view: DataView, at: number, length: number): number {
  return length >= rttAt + 4 ? view.getUint32(at + rttAt, true) : -1;
}

/** tcpi_total_retrans: of a fresh connection the SYNs that were sent again; -1 where it was not written. */
export function synRetransmits(view: DataView, at: number, length: number): number {
  return length >= totalRetransAt + 4 ? view.getUint32(at + totalRetransAt, true) : -1;
}
