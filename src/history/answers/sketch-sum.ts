import { LatencySketch, maxIndex } from "../latency-sketch.ts";

/** Adds many sketches up, in a bucket for each index: a sketch itself looks for the place of every one that it takes in. */
export class SketchSum {
  readonly #counts = new Float64Array(maxIndex + 1);

  add({ indexes, counts }: LatencySketch): void {
    for (let place = 0; place < indexes.length; place++) {
      const index = indexes[place] as number;
      this.#counts[index] = (this.#counts[index] as number) + (counts[place] as number);
    }
  }

  sketch(): LatencySketch {
    const sum = new LatencySketch();
    for (const [index, count] of this.#counts.entries()) {
      if (count === 0) continue;
      sum.indexes.push(index);
      sum.counts.push(count);
    }
    return sum;
  }
}
