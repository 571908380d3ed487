import type { ResultCounts } from "../../api/v1.ts";
import { resultWidth } from "../group-block.ts";
import { LatencySketch } from "../latency-sketch.ts";
import type { Bucket, ZoneBucket } from "../model.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { compress, decompress } from "./compress.ts";

/** The zones of a step. With their names: a zone that is gone leaves nothing behind. */
export function encodeZones(zones: readonly ZoneBucket[]): Uint8Array {
  const to = new ByteWriter();
  to.varint(zones.length);
  for (const zone of zones) {
    to.text(zone.cluster);
    to.text(zone.zone);
    to.byte(zone.heat);
    to.varint(zone.targets);
    to.varint(zone.unreachable);
    writeBucket(to, zone.bucket);
  }
  return compress(to.written());
}

/** Throws DamagedError where it is not what `encodeZones` gave. */
export function decodeZones(bytes: Uint8Array): ZoneBucket[] {
  const from = new ByteReader(decompress(bytes));
  return Array.from({ length: from.varint() }, () => ({
    cluster: from.text(),
    zone: from.text(),
    heat: from.byte(),
    targets: from.varint(),
    unreachable: from.varint(),
    bucket: readBucket(from),
  }));
}

function writeBucket(to: ByteWriter, { results, synSent, synRetransmits, latency }: Bucket): void {
  for (const count of results) to.varint(count);
  to.varint(synSent);
  to.varint(synRetransmits);
  to.varint(latency.indexes.length);
  let before = 0;
  for (const index of latency.indexes) {
    to.varint(index - before);
    before = index;
  }
  for (const count of latency.counts) to.varint(count);
}

function readBucket(from: ByteReader): Bucket {
  const results = Array.from({ length: resultWidth }, () => from.varint()) as unknown as ResultCounts;
  const [synSent, synRetransmits] = [from.varint(), from.varint()];
  const latency = new LatencySketch();
  const length = from.varint();
  let before = 0;
  for (let place = 0; place < length; place++) {
    before += from.varint();
    latency.indexes.push(before);
  }
  for (let place = 0; place < length; place++) latency.counts.push(from.varint());
  return { results, synSent, synRetransmits, latency };
}
