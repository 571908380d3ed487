import { grown } from "./typed-columns.ts";

/** Before a minute can be held against it. */
const minutesAtLeast = 10;
/**
 * How far a minute moves a normal, as a share of it: an hour of trouble by 9 %, a day by a factor of 8. Young normals
 * move faster, as a day that is not there yet cannot weigh.
 */
const stepShare = 0.0015;
const youngStepShare = 0.5;

/**
 * What latency is usual, of each target or zone: the median of the medians of its minutes over about a day, followed
 * by steps of one size towards each new one. So a median forgets, in two numbers, and the size of an outlier does not count.
 */
export class Normals {
  #normalUs = new Float32Array(0);
  #minutes = new Uint16Array(0);
  /** The medians that the first normal is made of. */
  #firstUs = new Float32Array(0);

  /** Undefined before there is one. */
  of(id: number): number | undefined {
    const minutes = this.#minutes[id];
    return minutes === undefined || minutes < minutesAtLeast ? undefined : this.#normalUs[id];
  }

  /** `minutes` of which this was the median. */
  observe(id: number, medianUs: number, minutes = 1): void {
    this.#reach(id);
    for (let minute = 0; minute < minutes; minute++) this.#observeMinute(id, medianUs);
  }

  forget(id: number): void {
    if (id < this.#minutes.length) this.#minutes[id] = 0;
  }

  #observeMinute(id: number, medianUs: number): void {
    const minutes = this.#minutes[id] as number;
    if (minutes < 0xffff) this.#minutes[id] = minutes + 1;
    if (minutes < minutesAtLeast) {
      this.#firstUs[id * minutesAtLeast + minutes] = medianUs;
      if (minutes + 1 === minutesAtLeast) this.#normalUs[id] = this.#medianOfFirst(id);
      return;
    }
    const before = this.#normalUs[id] as number;
    const step = before * Math.max(stepShare, youngStepShare / minutes);
    // Never beyond it: at its normal a target stays.
    this.#normalUs[id] = medianUs > before ? Math.min(medianUs, before + step) : Math.max(medianUs, before - step);
  }

  #medianOfFirst(id: number): number {
    const from = id * minutesAtLeast;
    const sorted = this.#firstUs.slice(from, from + minutesAtLeast).sort();
    return sorted[(minutesAtLeast - 1) >> 1] as number;
  }

  #reach(id: number): void {
    this.#normalUs = grown(this.#normalUs, id + 1);
    this.#minutes = grown(this.#minutes, id + 1);
    this.#firstUs = grown(this.#firstUs, (id + 1) * minutesAtLeast);
  }
}
