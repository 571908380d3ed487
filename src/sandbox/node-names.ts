const trees = [
  "ash",
  "birch",
  "cedar",
  "elm",
  "fir",
  "hazel",
  "juniper",
  "larch",
  "maple",
  "oak",
  "pine",
  "rowan",
  "spruce",
  "willow",
  "yew",
  "alder",
  "aspen",
  "beech",
  "cherry",
  "cypress",
  "elder",
  "holly",
  "hornbeam",
  "linden",
  "mulberry",
  "olive",
  "poplar",
  "quince",
  "sequoia",
  "walnut",
] as const;

/** A zone's letter: a to z, then aa, ab and so on. */
export function zoneLetter(zone: number): string {
  const last = String.fromCharCode(97 + (zone % 26));
  return zone < 26 ? last : zoneLetter(Math.floor(zone / 26) - 1) + last;
}

/** The name of the `index`th node of a zone: `a-ash`, and `a-ash-2` once the trees are used up. */
export function nodeName(zone: number, index: number): string {
  const round = Math.floor(index / trees.length);
  const tree = trees[index % trees.length];
  return `${zoneLetter(zone)}-${tree}${round === 0 ? "" : `-${round + 1}`}`;
}

export type Place = { name: string; zone: number; index: number };

/** Gives out names zone by zone; never one twice, nor one that `isTaken`. */
export class NodeNames {
  /** How many names of each zone were given out. */
  readonly #given: number[];
  readonly #isTaken: (name: string) => boolean;

  constructor(zones: number, isTaken: (name: string) => boolean) {
    this.#given = Array.from({ length: Math.max(1, zones) }, () => 0);
    this.#isTaken = isTaken;
  }

  /** `count` names, spread evenly over the zones. */
  first(count: number): Place[] {
    return Array.from({ length: count }, (_, index) => this.#next(index % this.#given.length));
  }

  /** A name in the zone that has the fewest of `present`. */
  next(present: readonly string[]): Place {
    const sizes = this.#given.map((_, zone) => {
      const prefix = `${zoneLetter(zone)}-`;
      return present.filter((name) => name.startsWith(prefix)).length;
    });
    return this.#next(sizes.indexOf(Math.min(...sizes)));
  }

  #next(zone: number): Place {
    const index = this.#given[zone] ?? 0;
    this.#given[zone] = index + 1;
    const name = nodeName(zone, index);
    return this.#isTaken(name) ? this.#next(zone) : { name, zone, index };
  }
}
