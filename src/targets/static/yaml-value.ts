import type * as YamlLibrary from "yaml";

type Kinds = Pick<typeof YamlLibrary, "isAlias" | "isMap" | "isSeq" | "isScalar">;

/** What is wrong, and the offset in the text where it is. */
export class YamlFlaw extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = "YamlFlaw";
    this.offset = offset;
  }
}

/** Keys that merges may copy in all: a long map merged into many would take for ever. */
const maxMergedKeys = 1_000_000;

/**
 * The plain value of a document in the failsafe schema; throws a YamlFlaw. The library's own `toJS` searches the whole
 * document for each alias, and its check for a key that stands twice compares each with each: a map of 20,000 keys
 * took 10 s. This is linear. An alias gives the very value of its anchor, no copy.
 */
export class YamlReader {
  readonly #kinds: Kinds;
  readonly #anchors = new Map<string, unknown>();
  #mergedKeys = 0;

  constructor(kinds: Kinds) {
    this.#kinds = kinds;
  }

  /** Anchors count from where they stand, so that the order in which nodes are read matters. */
  read(node: unknown): unknown {
    if (this.#kinds.isAlias(node)) return this.#resolve(node);
    const value = this.#readOwn(node);
    const { anchor } = (node ?? {}) as { anchor?: string };
    if (anchor) this.#anchors.set(anchor, value);
    return value;
  }

  #readOwn(node: unknown): unknown {
    if (this.#kinds.isMap(node)) return this.#readMap(node);
    if (this.#kinds.isSeq(node)) return node.items.map((item) => this.read(item));
    return this.#kinds.isScalar(node) ? node.value : null;
  }

  #resolve(alias: YamlLibrary.Alias): unknown {
    if (this.#anchors.has(alias.source)) return this.#anchors.get(alias.source);
    throw new YamlFlaw(`*${alias.source} has no anchor &${alias.source} before it`, alias.range?.[0] ?? 0);
  }

  #readMap(map: YamlLibrary.YAMLMap): Record<string, unknown> {
    // Without a prototype, so that "__proto__" is a key like any other.
    const own: Record<string, unknown> = Object.create(null);
    const merged: Record<string, unknown>[] = [];
    for (const { key, value } of map.items) {
      const name = String(this.read(key));
      const offset = (key as YamlLibrary.Node | null)?.range?.[0] ?? 0;
      const isMerge = name === "<<" && this.#kinds.isScalar(key) && key.type === "PLAIN";
      if (isMerge) merged.push(...this.#mergeSources(this.read(value), offset));
      else if (name in own) throw new YamlFlaw(`key ${JSON.stringify(name)} stands twice in one map`, offset);
      else own[name] = this.read(value);
    }
    for (const source of merged) this.#merge(source, own, map);
    return own;
  }

  #mergeSources(value: unknown, offset: number): Record<string, unknown>[] {
    const sources: unknown[] = Array.isArray(value) ? value : [value];
    if (sources.every(isRecord)) return sources;
    throw new YamlFlaw("<< merges maps, and what it is given is none", offset);
  }

  /** A map's own keys beat merged ones, an earlier source a later one. */
  #merge(source: Record<string, unknown>, own: Record<string, unknown>, map: YamlLibrary.YAMLMap): void {
    for (const name of Object.keys(source)) {
      if (++this.#mergedKeys > maxMergedKeys)
        throw new YamlFlaw("<< copies more keys than there is time for", map.range?.[0] ?? 0);
      if (!(name in own)) own[name] = source[name];
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
