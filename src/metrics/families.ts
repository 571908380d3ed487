import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Family } from "./catalogue.ts";
import type { FamilySeries } from "./exposition/family-series.ts";
import { seriesOf } from "./exposition/from-registry.ts";

type LabelOf<F extends Family> = F["labels"][number];

/** Families of few series, which prom-client keeps, in one registry. */
export class Families {
  readonly #registry = new Registry();
  readonly #known = new Map<string, Family>();

  gauge<const F extends Family>(family: F): Gauge<LabelOf<F>> {
    return new Gauge<LabelOf<F>>(this.#options(family));
  }

  counter<const F extends Family>(family: F): Counter<LabelOf<F>> {
    return new Counter<LabelOf<F>>(this.#options(family));
  }

  /** `buckets` are upper bounds in the family's unit. */
  histogram<const F extends Family>(family: F, buckets: readonly number[]): Histogram<LabelOf<F>> {
    return new Histogram<LabelOf<F>>({ ...this.#options(family), buckets: [...buckets] });
  }

  /** All of them as they are now; `created`: since when they count, in seconds since 1970. */
  series(created: number): Promise<FamilySeries[]> {
    return seriesOf(this.#registry, this.#known, created);
  }

  #options<F extends Family>(family: F) {
    const { name, help, labels } = family;
    this.#known.set(name, family);
    return { name, help, labelNames: [...labels] as LabelOf<F>[], registers: [this.#registry] };
  }
}
