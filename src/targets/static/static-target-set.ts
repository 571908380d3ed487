import { sameLabels, type Target } from "../../target.ts";

/** Hears of each change before the call that caused it returns. */
export interface StaticTargetListener {
  added(target: Target): void;
  removed(target: Target): void;
  /** Same key, other labels: the counters stay. */
  relabelled(target: Target, before: Target): void;
}

/** Turns complete sets of targets into changes. */
export class StaticTargetSet {
  readonly #listener: StaticTargetListener;
  #targets: ReadonlyMap<string, Target> = new Map();

  constructor(listener: StaticTargetListener) {
    this.#listener = listener;
  }

  get size(): number {
    return this.#targets.size;
  }

  targets(): Target[] {
    return [...this.#targets.values()];
  }

  /**
   * Makes the set what it is given. Those that leave are told of first, so that an address can go over to another
   * entry. Of two under one key the first counts: two entries may turn out to be the same host.
   */
  replace(targets: readonly Target[]): void {
    const before = this.#targets;
    const after = new Map<string, Target>();
    for (const target of targets) if (!after.has(target.key)) after.set(target.key, target);
    this.#targets = after;
    for (const [key, target] of before) if (!after.has(key)) this.#listener.removed(target);
    for (const [key, target] of after) this.#tell(target, before.get(key));
  }

  #tell(target: Target, before: Target | undefined): void {
    if (before === undefined) this.#listener.added(target);
    else if (before !== target && !sameLabels(before, target)) this.#listener.relabelled(target, before);
  }
}
