import { isIP } from "node:net";
import type { Clock, Timer } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { Target } from "../../target.ts";
import { type IpFamily, joinHostPort, type NodeOutcome, targetsOf } from "../select.ts";
import { type ChosenAddresses, chooseAddresses } from "./choose-addresses.ts";
import type { Lookup } from "./lookup.ts";
import { NameResolver } from "./name-resolver.ts";
import type { ResolveStyle, StaticEntry } from "./static-entry.ts";
import { type StaticTargetListener, StaticTargetSet } from "./static-target-set.ts";
import type { TargetFile } from "./target-file.ts";
import { TargetFileFollower } from "./target-file-follower.ts";

/** What static targets have for a node address's type. */
export const staticAddressType = "Static";
/** Names resolve one by one; what changes in so short a time is taken over together. */
const gatherMs = 100;

/** What metrics want to know. */
export interface StaticTargetsReport {
  /** Whether the file, as it is now, can be used; told at the start, after each change and once a minute. */
  fileChecked(ok: boolean): void;
  /** Each lookup of a name that ended. */
  resolved(ok: boolean): void;
  /** Once: the file was read, and each name in it was looked up with whatever result. */
  synced(): void;
}

export interface StaticTargetsParts {
  readonly file: TargetFile;
  /** What the series call them all: their `cluster`. */
  readonly cluster: string;
  readonly ipFamily: IpFamily;
  /** Whether an entry, by its name, is this instance's to probe. */
  readonly owns: (name: string) => boolean;
  readonly listener: StaticTargetListener;
  readonly report: StaticTargetsReport;
  readonly lookup: Lookup;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: () => number;
}

/** An entry and what became of it, for `pingo targets`. */
export type StaticOutcome =
  | { readonly entry: StaticEntry; readonly state: "probed"; readonly targets: readonly Target[] }
  | { readonly entry: StaticEntry; readonly state: "no_address" | "filtered"; readonly why: string };

/** What was chosen, and of which addresses: the resolver keeps the list while they are the same. */
interface Choice {
  readonly of: readonly string[];
  readonly chosen: ChosenAddresses;
}

/** By style and host: all entries of one host have the same addresses. */
type Choices = Readonly<Record<ResolveStyle, Map<string, Choice>>>;
const noChoices = (): Choices => ({ first: new Map(), all: new Map() });

/** What was made of an entry, kept as long as its addresses are the same. */
interface Made {
  readonly addresses: readonly string[];
  readonly targets: readonly Target[];
}

/** The targets of one file: its entries, the addresses of their names, and what changes of both. */
export class StaticTargets {
  readonly #parts: StaticTargetsParts;
  readonly #set: StaticTargetSet;
  readonly #resolver: NameResolver;
  readonly #follower: TargetFileFollower;
  #entries: readonly StaticEntry[] | undefined;
  #outcomes: readonly StaticOutcome[] = [];
  #made = new WeakMap<StaticEntry, Made>();
  #choices = noChoices();
  #gathering: Timer | undefined;
  #isSynced = false;

  constructor(parts: StaticTargetsParts) {
    const { file, clock, log, random, lookup, report } = parts;
    this.#parts = parts;
    this.#set = new StaticTargetSet(parts.listener);
    this.#resolver = new NameResolver({
      lookup,
      clock,
      random,
      log,
      resolved: (ok) => report.resolved(ok),
      changed: () => this.#gather(),
    });
    this.#follower = new TargetFileFollower({
      file,
      clock,
      log,
      replace: (entries) => this.#replace(entries),
      checked: (ok) => report.fileChecked(ok),
    });
  }

  /** Follows file and names until `signal` is aborted; the targets stay as they are then. Leaves no timer. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#follower.run(signal);
    this.#resolver.stop();
    this.#gathering?.cancel();
  }

  /** Every entry of the file, in its order. */
  outcomes(): readonly StaticOutcome[] {
    return this.#outcomes;
  }

  /** Entries by what became of them. */
  countByState(): Record<NodeOutcome["state"], number> {
    const counts = { probed: 0, no_address: 0, no_port: 0, filtered: 0 };
    for (const { state } of this.#outcomes) counts[state]++;
    return counts;
  }

  /** Different targets; fewer than the addresses of all entries where two entries are the same host. */
  get size(): number {
    return this.#set.size;
  }

  /** Names that the last lookup failed for. */
  get failingNames(): number {
    return this.#resolver.failing;
  }

  #replace(entries: readonly StaticEntry[]): void {
    this.#entries = entries;
    const names = entries.filter(({ host, name }) => isIP(host) === 0 && this.#parts.owns(name));
    this.#resolver.follow(new Set(names.map(({ host }) => host)));
    this.#update();
  }

  #gather(): void {
    this.#gathering ??= this.#parts.clock.setTimer(() => this.#update(), gatherMs);
  }

  #update(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    const before = this.#choices;
    const choices = noChoices();
    this.#outcomes = (this.#entries ?? []).map((entry) => this.#outcome(entry, choices, before));
    this.#choices = choices;
    this.#set.replace(this.#outcomes.flatMap((outcome) => targetsOf(outcome)));
    if (this.#isSynced || !this.#resolver.hasTriedAll) return;
    this.#isSynced = true;
    this.#parts.report.synced();
  }

  #outcome(entry: StaticEntry, choices: Choices, before: Choices): StaticOutcome {
    if (!this.#parts.owns(entry.name)) return { entry, state: "filtered", why: "belongs to another shard" };
    const { host, resolve } = entry;
    const choice = choices[resolve].get(host) ?? this.#choose(entry, before[resolve].get(host));
    choices[resolve].set(host, choice);
    const { chosen } = choice;
    if ("why" in chosen) return { entry, state: "no_address", why: chosen.why };
    return { entry, state: "probed", targets: this.#targets(entry, chosen.addresses) };
  }

  #choose({ host, resolve }: StaticEntry, before: Choice | undefined): Choice {
    const isName = isIP(host) === 0;
    const known = isName ? this.#resolver.addressesOf(host) : [host];
    if (known.length === 0) {
      const trouble = this.#resolver.troubleOf(host);
      return {
        of: known,
        chosen: { why: trouble === undefined ? "is being resolved" : `cannot be resolved (${trouble})` },
      };
    }
    // With 10,000 names, one of them changes all the time at first, and the others need no second thought.
    if (before !== undefined && (!isName || before.of === known)) return before;
    const current = before !== undefined && "addresses" in before.chosen ? before.chosen.addresses : [];
    return { of: known, chosen: chooseAddresses(known, current, resolve, this.#parts.ipFamily) };
  }

  #targets(entry: StaticEntry, addresses: readonly string[]): readonly Target[] {
    const made = this.#made.get(entry);
    if (made !== undefined && isSameList(made.addresses, addresses)) return made.targets;
    const targets = addresses.map((address) => makeTarget(this.#parts.cluster, entry, address));
    this.#made.set(entry, { addresses, targets });
    return targets;
  }
}

/** The key holds what tells the series apart, so that no two targets have the same ones. */
function makeTarget(cluster: string, entry: StaticEntry, host: string): Target {
  const address = joinHostPort(host, entry.port);
  const { name, port, zone, region, instanceType, os } = entry;
  return {
    key: `${cluster}/static/${name}/${address}`,
    cluster,
    node: name,
    name,
    host,
    port,
    portName: "",
    address,
    addressType: staticAddressType,
    zone,
    region,
    instanceType,
    os,
  };
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
