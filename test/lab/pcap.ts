import { readFileSync } from "node:fs";

/** One TCP packet of a capture. */
export interface CapturedPacket {
  /** Microseconds since 1970, with fractions. */
  readonly timeUs: number;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly flags: string;
}

const headerLength = 24;
const packetHeaderLength = 16;
/** Magic of a file with nanoseconds (pcap-savefile(5)). */
const nanoMagic = 0xa1b23c4d;
const ethernetLength = 14;

/** Reads what `tcpdump -w` wrote (pcap-savefile(5)) of TCP over IPv4 on Ethernet. */
export function readCapture(path: string): CapturedPacket[] {
  const file = readFileSync(path);
  const usPerTick = file.readUInt32LE(0) === nanoMagic ? 1e-3 : 1;
  const packets: CapturedPacket[] = [];
  for (let at = headerLength; at + packetHeaderLength <= file.length; ) {
    const timeUs = file.readUInt32LE(at) * 1e6 + file.readUInt32LE(at + 4) * usPerTick;
    const length = file.readUInt32LE(at + 8);
    packets.push(readTcp(file.subarray(at + packetHeaderLength + ethernetLength), timeUs));
    at += packetHeaderLength + length;
  }
  return packets;
}

function readTcp(ip: Buffer, timeUs: number): CapturedPacket {
  const tcp = ip.subarray((ip.readUInt8(0) & 0x0f) * 4);
  const bits = tcp.readUInt8(13);
  const names: [number, string][] = [
    [0x02, "SYN"],
    [0x10, "ACK"],
    [0x04, "RST"],
    [0x01, "FIN"],
    [0x08, "PSH"],
  ];
  const flags = names
    .filter(([bit]) => (bits & bit) !== 0)
    .map(([, name]) => name)
    .join(" ");
  return {
    timeUs,
    source: address(ip, 12),
    destination: address(ip, 16),
    sourcePort: tcp.readUInt16BE(0),
    destinationPort: tcp.readUInt16BE(2),
    flags,
  };
}

function address(ip: Buffer, at: number): string {
  return ip.subarray(at, at + 4).join(".");
}
