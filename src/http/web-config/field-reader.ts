export type Fields = Readonly<Record<string, unknown>>;

/** Reads the fields of a mapping by name and kind, and tells of those that are of another kind or that nobody asked for. */
export class FieldReader {
  readonly #fields: Fields;
  readonly #path: string;
  readonly #tell: (problem: string) => void;
  readonly #asked = new Set<string>();

  /** `path` is where the mapping stands, with a dot at its end; empty for the whole. */
  constructor(fields: Fields, path: string, tell: (problem: string) => void) {
    this.#fields = fields;
    this.#path = path;
    this.#tell = tell;
  }

  names(): string[] {
    return Object.keys(this.#fields);
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => this.#value(name) !== undefined);
  }

  tell(name: string, problem: string): void {
    this.#tell(`${this.#path}${name}: ${problem}`);
  }

  section(name: string): FieldReader | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value === "object" && !Array.isArray(value)) {
      return new FieldReader(value as Fields, `${this.#path}${name}.`, this.#tell);
    }
    this.tell(name, "is no mapping of keys to values");
    return undefined;
  }

  string(name: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined || typeof value === "string") return value;
    this.tell(name, "is no text; put it in quotes");
    return undefined;
  }

  strings(name: string): string[] {
    const value = this.#value(name);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    this.tell(name, "is no list of texts");
    return [];
  }

  flag(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value === undefined || typeof value === "boolean") return value;
    this.tell(name, "is neither true nor false");
    return undefined;
  }

  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.string(name);
    if (value === undefined) return undefined;
    const known = words.find((word) => word === value);
    if (known === undefined) this.tell(name, `${JSON.stringify(value)} is not one of ${words.join(", ")}`);
    return known;
  }

  /** A field that is known and will not do. */
  refuse(name: string, why: string): void {
    if (this.#value(name) !== undefined) this.tell(name, why);
  }

  /** To be called when all fields were asked for. */
  end(): void {
    for (const name of this.names()) if (!this.#asked.has(name)) this.tell(name, "is not known; is it spelt right?");
  }

  /** A key without a value is as good as none. */
  #value(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? undefined) : undefined;
  }
}
