import { stepsMs } from "../../api/queries.ts";
import { decodeBlock, encodeBlock } from "../codec/block-codec.ts";
import { compress, decompress } from "../codec/compress.ts";
import { decodeZones, encodeZones } from "../codec/zone-codec.ts";
import { groupSize, mergeBlocks } from "../group-block.ts";
import { addHeat, addZones } from "../step-sums.ts";
import type { Level, Store } from "../store/store.ts";
import { startOfStep } from "./closed-minute.ts";
import { largestZones } from "./largest-zones.ts";

/** Groups that are rolled up at once: questions wait for no more than this. */
const groupsAtOnce = 2;

/** A step that is being made of finer ones. */
interface Step {
  readonly level: Level;
  readonly startMs: number;
  /** How many groups of targets it has. */
  readonly groups: number;
  /** The next one. */
  group: number;
}

/** Makes long steps of short ones when they are over, bite by bite. After a crash, a step that was not finished is made anew. */
export class RollUp {
  #step: Step | undefined;

  /** What it had read has changed: the step is made again from its beginning. */
  restart(): void {
    this.#step = undefined;
  }

  /**
   * Does one bite; to be called within a transaction. False where nothing is due. `overMs`: minutes before it are all
   * written.
   */
  bite(store: Store, overMs: number): boolean {
    this.#step ??= nextStep(store, overMs);
    if (this.#step === undefined) return false;
    const { groups } = this.#step;
    const to = Math.min(this.#step.group + groupsAtOnce, groups);
    for (let group = this.#step.group; group < to; group++) rollUpGroup(store, this.#step, group);
    this.#step.group = to;
    if (to === groups) this.#finish(store, this.#step);
    return true;
  }

  /** Last: only then does the step count. */
  #finish(store: Store, { level, startMs }: Step): void {
    const finer = (level - 1) as Level;
    const endMs = startMs + stepsMs[level];
    const heat = store.heat(finer, startMs, endMs).map(({ data }) => decompress(data));
    store.putHeat(level, startMs, compress(heat.reduce<Uint8Array>(addHeat, new Uint8Array(0))));
    const zones = store.zones(finer, startMs, endMs).map(({ data }) => decodeZones(data));
    store.putZones(level, startMs, encodeZones(largestZones(zones.reduce(addZones, []))));
    store.setRolledUpTo(level, endMs);
    this.#step = undefined;
  }
}

/** The next step that is over and has data. On the way, what has none is passed over. */
function nextStep(store: Store, overMs: number): Step | undefined {
  for (const level of [1, 2, 3] as const) {
    const finer = (level - 1) as Level;
    const finerOverMs = finer === 0 ? overMs : store.rolledUpTo(finer);
    const untilMs = store.rolledUpTo(level);
    const nextMs = store.firstStep(finer, untilMs);
    const overUntilMs = startOfStep(level, finerOverMs);
    const startMs = Math.min(overUntilMs, nextMs === undefined ? overUntilMs : startOfStep(level, nextMs));
    if (startMs > untilMs) store.setRolledUpTo(level, startMs);
    if (Math.max(startMs, untilMs) < overUntilMs && nextMs !== undefined) {
      return stepAt(store, level, Math.max(startMs, untilMs));
    }
  }
  return undefined;
}

function stepAt(store: Store, level: Level, startMs: number): Step {
  const columns = store.heat((level - 1) as Level, startMs, startMs + stepsMs[level]);
  const ids = Math.max(0, ...columns.map(({ data }) => decompress(data).length));
  return { level, startMs, groups: Math.ceil(ids / groupSize), group: 0 };
}

function rollUpGroup(store: Store, { level, startMs }: Pick<Step, "level" | "startMs">, group: number): void {
  const finer = (level - 1) as Level;
  const blocks = [];
  for (let at = startMs; at < startMs + stepsMs[level]; at += stepsMs[finer]) {
    const data = store.block(finer, at, group);
    if (data !== undefined) blocks.push(decodeBlock(data));
  }
  if (blocks.length > 0) store.putBlock(level, startMs, group, encodeBlock(mergeBlocks(blocks)));
}
