import type { Clock, Timer } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { LogBudget } from "../../log-budget.ts";
import { Backoff } from "../kubernetes/backoff.ts";
import type { Answer, Lookup } from "./lookup.ts";

/** The longest that an answer is relied on. */
const periodMs = 60_000;
/** Addresses that "hold for 0 s" are not asked for all the time. */
const minPeriodMs = 5_000;
const firstRetryMs = 5_000;
/** A name that never resolves holds a thread for seconds each time. */
const maxRetryMs = 300_000;
/**
 * Each holds a thread of libuv's pool, which lends getaddrinfo two of its four. More at a time would only stand in
 * the same queue as the names that the API's client looks up, and keep those waiting where DNS is dead.
 */
const defaultMaxInFlight = 4;
/** Of each family. Far more than any name has use for; each would be a target. */
const maxAddresses = 128;

export interface NameResolverParts {
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Each lookup that ended, and how. */
  readonly resolved: (ok: boolean) => void;
  /** The addresses of a name changed, or it was tried for the first time. */
  readonly changed: () => void;
  readonly maxInFlight?: number;
}

interface Name {
  readonly name: string;
  readonly backoff: Backoff;
  /** The family that the system prefers comes first; kept as they are while they only change places. */
  addresses: readonly string[];
  timer: Timer | undefined;
  isTried: boolean;
  /** Why the last lookup failed. */
  trouble: string | undefined;
}

/** Keeps the addresses of names up to date. A lookup that fails changes nothing: the last known addresses stay. */
export class NameResolver {
  readonly #parts: NameResolverParts;
  readonly #budget: LogBudget;
  readonly #names = new Map<string, Name>();
  /** Due, and in line for a place among those in flight. */
  readonly #waiting = new Set<Name>();
  #inFlight = 0;

  constructor(parts: NameResolverParts) {
    this.#parts = parts;
    this.#budget = new LogBudget(parts.log, parts.clock);
  }

  /** From now on exactly these. Those that were followed before keep what is known of them. */
  follow(names: ReadonlySet<string>): void {
    for (const known of this.#names.values()) if (!names.has(known.name)) this.#drop(known);
    for (const name of names) {
      if (this.#names.has(name)) continue;
      const backoff = new Backoff(firstRetryMs, maxRetryMs, this.#parts.random);
      const added = { name, backoff, addresses: [], timer: undefined, isTried: false, trouble: undefined };
      this.#names.set(name, added);
      this.#waiting.add(added);
    }
    this.#pump();
  }

  /** Sorted, the family that the system prefers first; none where it never resolved. */
  addressesOf(name: string): readonly string[] {
    return this.#names.get(name)?.addresses ?? [];
  }

  /** Why the last lookup failed; undefined where it did not, or there was none yet. */
  troubleOf(name: string): string | undefined {
    return this.#names.get(name)?.trouble;
  }

  /** Whether every name was looked up at least once, with whatever result. */
  get hasTriedAll(): boolean {
    for (const { isTried } of this.#names.values()) if (!isTried) return false;
    return true;
  }

  /** How many names the last lookup failed for. */
  get failing(): number {
    let failing = 0;
    for (const { trouble } of this.#names.values()) if (trouble !== undefined) failing++;
    return failing;
  }

  /** Follows nothing any more. Lookups that are in flight come to nothing. */
  stop(): void {
    for (const known of this.#names.values()) this.#drop(known);
    this.#budget.flush();
  }

  #drop(known: Name): void {
    known.timer?.cancel();
    this.#waiting.delete(known);
    this.#names.delete(known.name);
  }

  #pump(): void {
    const { maxInFlight = defaultMaxInFlight } = this.#parts;
    for (const next of this.#waiting) {
      if (this.#inFlight >= maxInFlight) return;
      this.#waiting.delete(next);
      this.#inFlight++;
      void this.#resolve(next);
    }
  }

  async #resolve(known: Name): Promise<void> {
    const answer = await this.#parts.lookup(known.name);
    this.#inFlight--;
    // It may have been dropped meanwhile, or dropped and followed anew.
    if (this.#names.get(known.name) === known) this.#take(known, answer);
    this.#pump();
  }

  #take(known: Name, answer: Answer): void {
    const ok = "addresses" in answer && answer.addresses.length > 0;
    this.#parts.resolved(ok);
    const isFirst = !known.isTried;
    known.isTried = true;
    const isNews = ok ? this.#succeeded(known, answer.addresses) : this.#failed(known, answer);
    const delayMs = ok ? this.#periodMs(answer.ttlMs) : known.backoff.nextMs();
    known.timer = this.#parts.clock.setTimer(() => {
      this.#waiting.add(known);
      this.#pump();
    }, delayMs);
    if (isFirst || isNews) this.#parts.changed();
  }

  #succeeded(known: Name, answered: readonly string[]): boolean {
    known.backoff.reset();
    if (known.trouble !== undefined) this.#budget.write("info", `${known.name} resolves again`, {});
    known.trouble = undefined;
    const before = new Set(known.addresses);
    const after = new Set(sortAddresses(answered));
    if (before.size === after.size && before.isSubsetOf(after)) return false;
    known.addresses = [...after];
    return true;
  }

  #failed(known: Name, answer: Answer): boolean {
    const code = "code" in answer ? answer.code : "ENODATA";
    const isNews = known.trouble === undefined;
    known.trouble = code;
    if (!isNews) return false;
    const { length } = known.addresses;
    const kept =
      length === 0
        ? "it has no target"
        : `its last known ${length === 1 ? "address stays" : `${length} addresses stay`}`;
    this.#budget.write("warn", `${known.name} cannot be resolved (${code}); ${kept}`, {});
    return false;
  }

  /**
   * Until the TTL has passed a cache gives the same answer, so it is never asked before; otherwise a minute, less up
   * to half of it by chance, so that thousands of names that were first asked for together spread out.
   */
  #periodMs(ttlMs = periodMs): number {
    const random = this.#parts.random();
    if (ttlMs >= periodMs) return periodMs * (0.5 + random / 2);
    return Math.max(minPeriodMs, ttlMs) * (1 + random / 10);
  }
}

/** Servers turn the order from answer to answer; all that is taken from it is which family comes first. */
function sortAddresses(answered: readonly string[]): string[] {
  const isV6 = (address: string) => address.includes(":");
  const v4 = answered.filter((address) => !isV6(address)).sort();
  const v6 = answered.filter(isV6).sort();
  const families = isV6(answered[0] ?? "") ? [v6, v4] : [v4, v6];
  return families.flatMap((addresses) => addresses.slice(0, maxAddresses));
}
