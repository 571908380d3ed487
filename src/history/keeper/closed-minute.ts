import { stepsMs } from "../../api/queries.ts";
import { decodeBlock, encodeBlock } from "../codec/block-codec.ts";
import { compress, decompress } from "../codec/compress.ts";
import { encodeFacts } from "../codec/facts-codec.ts";
import { decodeHandshakes, encodeHandshakes } from "../codec/handshake-codec.ts";
import { decodeZones, encodeZones } from "../codec/zone-codec.ts";
import { mergeBlocks } from "../group-block.ts";
import type { KnownTarget } from "../model.ts";
import { addHeat, addZones } from "../step-sums.ts";
import { type ChangeRow, type Level, levels, type Store } from "../store/store.ts";

/** A minute that is over, packed as it is to be written. Until it is, it is kept in memory. */
export interface ClosedMinute {
  readonly startMs: number;
  readonly blocks: ReadonlyMap<number, Uint8Array>;
  /** Undefined, and the blocks empty, where nothing was measured and there are only changes to tell. */
  readonly heat: Uint8Array | undefined;
  readonly zones: Uint8Array | undefined;
  readonly handshakes: ReadonlyMap<number, Uint8Array>;
  readonly changes: readonly ChangeRow[];
  readonly targets: readonly KnownTarget[];
  /** The states of all targets at its end; undefined where none is another than before. */
  readonly states: Uint8Array | undefined;
}

/**
 * Writes a minute; to be called within a transaction. A minute may have been written before: PinGo was started anew within
 * it, or the wall clock was put back. Then this one is added to that, and to every longer step that was made of it.
 */
export function writeMinute(store: Store, minute: ClosedMinute): void {
  writeTargets(store, minute.targets);
  for (const change of minute.changes) store.putChange(change);
  if (minute.states !== undefined) store.putStates(minute.states);
  addHandshakes(store, minute);
  for (const level of levels) {
    const startMs = startOfStep(level, minute.startMs);
    if (level === 0 || startMs < store.rolledUpTo(level)) addToStep(store, level, startMs, minute);
  }
}

/** Within a transaction. */
export function writeTargets(store: Store, targets: readonly KnownTarget[]): void {
  for (const { id, joinedMs, leftMs, ...facts } of targets) {
    store.putTarget({ id, joinedMs, leftMs, target: encodeFacts(facts) });
  }
}

/** Whether it falls in a step that longer ones are made of, or are being made of. */
export function isLate(store: Store, { startMs }: ClosedMinute): boolean {
  return startMs <= (store.lastStep(0) ?? -1);
}

export function startOfStep(level: Level, atMs: number): number {
  return Math.floor(atMs / stepsMs[level]) * stepsMs[level];
}

function addToStep(store: Store, level: Level, startMs: number, minute: ClosedMinute): void {
  if (minute.heat === undefined || minute.zones === undefined) return;
  const endMs = startMs + stepsMs[level];
  const [heat] = store.heat(level, startMs, endMs);
  const [zones] = store.zones(level, startMs, endMs);
  const isThere = heat !== undefined;
  for (const [group, data] of minute.blocks) {
    const before = isThere ? store.block(level, startMs, group) : undefined;
    store.putBlock(level, startMs, group, before === undefined ? data : addBlocks(before, data));
  }
  const column = heat === undefined ? minute.heat : addHeat(decompress(heat.data), minute.heat);
  store.putHeat(level, startMs, compress(column));
  const sum =
    zones === undefined ? minute.zones : encodeZones(addZones(decodeZones(zones.data), decodeZones(minute.zones)));
  store.putZones(level, startMs, sum);
}

function addHandshakes(store: Store, { startMs, handshakes }: ClosedMinute): void {
  for (const [group, data] of handshakes) {
    const before = store.handshakes(startMs, group);
    const all =
      before === undefined ? data : encodeHandshakes([...decodeHandshakes(before), ...decodeHandshakes(data)]);
    store.putHandshakes(startMs, group, all);
  }
}

function addBlocks(a: Uint8Array, b: Uint8Array): Uint8Array {
  return encodeBlock(mergeBlocks([decodeBlock(a), decodeBlock(b)]));
}
