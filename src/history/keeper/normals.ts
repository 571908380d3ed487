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
    let left = minutes;
    for (; left > 0 && (this.#minutes[id] as number) < minutesAtLeast; left--) this.#observeFirst(id, medianUs);
    if (left > 0) this.#follow(id, medianUs, left);
  }

  forget(id: number): void {
    if (id < this.#minutes.length) this.#minutes[id] = 0;
  }

  #observeFirst(id: number, medianUs: number): void {
    const minutes = this.#minutes[id] as number;
    this.#minutes[id] = minutes + 1;
    this.#firstUs[id * minutesAtLeast + minutes] = medianUs;
    if (minutes + 1 === minutesAtLeast) this.#normalUs[id] = this.#medianOfFirst(id);
  }

  #follow(id: number, medianUs: number, minutes: number): void {
    const age = this.#minutes[id] as number;
    this.#minutes[id] = Math.min(age + minutes, 0xffff);
    const before = this.#normalUs[id] as number;
    const factor = Math.exp(logOfSteps(age, minutes));
    // Never beyond it: at its normal a target stays.
    this.#normalUs[id] = medianUs > before ? Math.min(medianUs, before * factor) : Math.max(medianUs, before / factor);
  }

  #medianOfFirst(id: number): number {
    const from = id * minutesAtLeast;
    const sorted = this.#firstUs.slice(from, from + minutesAtLeast).sort();
    return sorted[(minutesAtLeast - 1) >> 1] as number;
  }

  #reach(id: number): void {
    if (id < this.#minutes.length) return;
    this.#normalUs = grown(this.#normalUs, id + 1);
    this.#minutes = grown(this.#minutes, id + 1);
    this.#firstUs = grown(this.#firstUs, this.#minutes.length * minutesAtLeast);
  }
}

/** How far so many minutes move a normal of that age, as a logarithm: the sum of their steps. */
function logOfSteps(age: number, minutes: number): number {
  const grownAt = youngStepShare / stepShare;
  const youngFrom = Math.min(age, grownAt);
  const youngTo = Math.min(age + minutes, grownAt);
  return youngStepShare * Math.log(youngTo / youngFrom) + stepShare * (age + minutes - Math.max(age, youngTo));
}
