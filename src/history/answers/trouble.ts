import type { StepMs } from "../../api/queries.ts";
import { noHeat } from "../model.ts";
import type { HeatColumns } from "./heat-columns.ts";
import { byHeat, heatKind, isBad, kindOf, levelOf } from "./heat-words.ts";

/** What an hour of each weighs against others: little of the worse kind as much as the worst of the lesser. */
const weights = byHeat((heat) => {
  const kind = kindOf(heat);
  return kind === 0 ? 0 : (10 ** (levelOf(heat) / 2) * 3 ** (kind - heatKind.latency)) / 3;
});
/** Trouble at the beginning of the range counts so much of what it counts at the end. */
const oldShare = 0.25;
/** The end of the range, for which less is enough: its last tenth, and five columns of a short one. */
const lateShare = 0.1;
const leastLateColumns = 5;

/**
 * How many bad columns are no chance any more, in the last tenth and as a share of all. A good network loses one SYN in
 * ten thousand, and as a column has the heat of its worst minute, at four handshakes a minute a healthy node has
 * something in every 250th of the columns of ten minutes, but in every seventh of six hours. With these, chance shows less than
 * one node in a thousand.
 */
const enough: Readonly<Record<StepMs, { readonly late: number; readonly share: number }>> = {
  60000: { late: 2, share: 0.05 },
  600000: { late: 3, share: 0.05 },
  3600000: { late: 4, share: 0.1 },
  21600000: { late: 7, share: 0.3 },
};
const leastColumns = 3;

/**
 * How much trouble there was of each target in a range. It is looked at in columns of bytes: tens of thousands of
 * targets, hundreds of columns.
 */
export class Trouble {
  readonly #score: Float64Array;
  /** Whether there was what is to be shown however short it was. */
  readonly #isGrave: Uint8Array;
  /** Bad columns, and those of them at the end of the range. */
  readonly #bad: Uint16Array;
  readonly #late: Uint16Array;
  readonly #enoughBad: number;
  readonly #enoughLate: number;

  /** `ids`: one more than the greatest. */
  constructor(columns: HeatColumns, stepMs: StepMs, ids: number) {
    this.#score = new Float64Array(ids);
    this.#isGrave = new Uint8Array(ids);
    this.#bad = new Uint16Array(ids);
    this.#late = new Uint16Array(ids);
    const { late, share } = enough[stepMs];
    this.#enoughLate = late;
    this.#enoughBad = Math.max(leastColumns, Math.ceil(share * columns.length));
    const lateFrom = columns.length - Math.max(leastLateColumns, Math.ceil(columns.length * lateShare));
    for (const [column, heat] of columns.entries()) {
      const share = oldShare + (1 - oldShare) * ((column + 1) / columns.length);
      if (heat !== undefined) this.#add(heat, share, column >= lateFrom);
    }
  }

  /** The more, the more there was and the later; in steps, so that who is as bad as others keeps its place. */
  rank(id: number): number {
    return Math.ceil(2 * Math.log2(1 + (this.#score[id] ?? 0)));
  }

  /**
   * Whether a person would want to see it: handshakes that were lost (level 2) or the worst of anything (level 3), at any
   * time in the range; or anything but a little latency so often that it is no chance. A single SYN that was sent again
   * six days ago is nothing to show among thousands.
   */
  isSick(id: number): boolean {
    if (this.#isGrave[id] === 1) return true;
    return (this.#late[id] ?? 0) >= this.#enoughLate || (this.#bad[id] ?? 0) >= this.#enoughBad;
  }

  /** Four at a time: most of them are fine, and of those that are not most have nothing. */
  #add(heat: Uint8Array, share: number, isLate: boolean): void {
    const end = Math.min(heat.length, this.#score.length);
    const words = wordsOf(heat, end >> 2);
    for (let word = 0; word < words.length; word++) {
      const four = words[word];
      if (four === 0 || four === allNoHeat) continue;
      this.#addSome(heat, word << 2, (word << 2) + 4, share, isLate);
    }
    this.#addSome(heat, words.length << 2, end, share, isLate);
  }

  #addSome(heat: Uint8Array, first: number, end: number, share: number, isLate: boolean): void {
    for (let id = first; id < end; id++) {
      const byte = heat[id] as number;
      if (byte === 0 || byte === noHeat) continue;
      this.#score[id] = (this.#score[id] as number) + (weights[byte] as number) * share;
      if (isGrave[byte] === 1) this.#isGrave[id] = 1;
      const bad = isBad[byte] as number;
      this.#bad[id] = (this.#bad[id] as number) + bad;
      if (isLate) this.#late[id] = (this.#late[id] as number) + bad;
    }
  }
}

/** Four bytes of noHeat. */
const allNoHeat = -1;
const isGrave = byHeat((heat) => (levelOf(heat) >= (kindOf(heat) === heatKind.loss ? 2 : 3) ? 1 : 0));

/** So many words of the bytes, which need not lie where words have to. */
function wordsOf(bytes: Uint8Array, count: number): Int32Array {
  const isAligned = bytes.byteOffset % Int32Array.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset } = isAligned ? bytes : bytes.slice();
  return new Int32Array(buffer, byteOffset, count);
}
