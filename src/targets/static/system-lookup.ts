import { promises as dns } from "node:dns";
import type { Clock } from "../../clock.ts";
import { msPerSecond } from "../../units.ts";
import type { Answer, Lookup } from "./lookup.ts";

interface AddressRecord {
  readonly address: string;
  readonly ttl: number;
}

/** What is needed of c-ares. */
interface Resolver {
  resolve4(name: string, options: { ttl: true }): Promise<readonly AddressRecord[]>;
  resolve6(name: string, options: { ttl: true }): Promise<readonly AddressRecord[]>;
  cancel(): void;
}
type GetAddrInfo = (name: string) => Promise<readonly { readonly address: string }[]>;

/** A server that does not answer by then is not asked for a while: the TTL is a hint and no more. */
const hintTimeoutMs = 1_000;
const hintPauseMs = 600_000;

const getAddrInfo: GetAddrInfo = (name) => dns.lookup(name, { all: true, order: "verbatim" });
const newResolver = (): Resolver => new dns.Resolver({ timeout: hintTimeoutMs, tries: 1 });

/**
 * Addresses as every other program on this host gets them: from getaddrinfo, which knows /etc/hosts, search domains
 * and whatever else nsswitch.conf names. It knows no TTL. So DNS is asked too, and where it gives the same addresses,
 * its TTL says when they are worth asking for again. A name that DNS does not know by itself has none.
 */
export class SystemLookup {
  readonly #clock: Clock;
  readonly #getAddrInfo: GetAddrInfo;
  readonly #resolver: Resolver;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, getAddrInfoInstead = getAddrInfo, resolver = newResolver()) {
    this.#clock = clock;
    this.#getAddrInfo = getAddrInfoInstead;
    this.#resolver = resolver;
  }

  readonly lookup: Lookup = async (name): Promise<Answer> => {
    try {
      const addresses = (await this.#getAddrInfo(name)).map(({ address }) => address);
      if (addresses.length === 0) return { code: "ENODATA" };
      return { addresses, ttlMs: await this.#ttlMs(name, new Set(addresses)) };
    } catch (error) {
      return { code: (error as NodeJS.ErrnoException).code ?? (error as Error).message };
    }
  };

  /** Gives up what is under way. A getaddrinfo cannot be called back; its answer comes to nothing. */
  close(): void {
    this.#quietUntilMs = Number.POSITIVE_INFINITY;
    this.#resolver.cancel();
  }

  async #ttlMs(name: string, addresses: ReadonlySet<string>): Promise<number | undefined> {
    // A name without a dot is completed by a search domain, if it is in DNS at all.
    if (!name.includes(".") || this.#clock.nowMs() < this.#quietUntilMs) return undefined;
    const families = [...addresses].map((address) => (address.includes(":") ? 6 : 4));
    const asked = [
      families.includes(4) ? this.#records(this.#resolver.resolve4(name, { ttl: true })) : [],
      families.includes(6) ? this.#records(this.#resolver.resolve6(name, { ttl: true })) : [],
    ];
    const records = (await Promise.all(asked)).flat();
    const isSame = records.length > 0 && records.every(({ address }) => addresses.has(address));
    return isSame ? Math.min(...records.map(({ ttl }) => ttl)) * msPerSecond : undefined;
  }

  async #records(query: Promise<readonly AddressRecord[]>): Promise<readonly AddressRecord[]> {
    try {
      return await query;
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      const isSilent = code === "ETIMEOUT" || code === "ECONNREFUSED";
      if (isSilent) this.#quietUntilMs = Math.max(this.#quietUntilMs, this.#clock.nowMs() + hintPauseMs);
      return [];
    }
  }
}
