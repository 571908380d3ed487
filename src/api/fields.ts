/** Reads the parameters of an address one by one, and gathers what is wrong with them. */
export class Fields {
  readonly problems: string[] = [];
  readonly #params: URLSearchParams;
  readonly #asked = new Set<string>();

  constructor(params: URLSearchParams) {
    this.#params = params;
  }

  /** Whether all is to come as a file; what else `format` may say wrong is found when it is read. */
  get isFile(): boolean {
    return this.#params.get("format") === "csv";
  }

  /** Undefined where it is not there. */
  text(name: string, maxLength: number): string | undefined {
    this.#asked.add(name);
    const [value, another] = this.#params.getAll(name);
    if (another !== undefined) return this.wrong(name, another, "was there before; give it once");
    if (value === undefined || value.length <= maxLength) return value;
    return this.wrong(name, value, `has ${value.length} characters; give ${maxLength} at the most`);
  }

  /** What `parse` makes of it; a string from there says what is wrong. */
  parsed<T>(name: string, parse: (text: string) => T | string): Exclude<T, string> | undefined {
    const value = this.text(name, 100);
    if (value === undefined) return undefined;
    const parsed = parse(value);
    return typeof parsed === "string" ? this.wrong(name, value, parsed) : (parsed as Exclude<T, string>);
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(name, 100);
    if (value === undefined) return undefined;
    const choice = choices.find((one) => one === value);
    return choice ?? this.wrong(name, value, `is none of ${choices.join(", ")}`);
  }

  /** Several, with commas between. */
  someOf<Choice extends string>(name: string, choices: readonly Choice[]): readonly Choice[] {
    const values = this.text(name, 1_000)?.split(",").filter(Boolean) ?? [];
    const unknown = values.find((value) => !choices.some((one) => one === value));
    if (unknown !== undefined) this.wrong(name, unknown, `is none of ${choices.join(", ")}`);
    return values as Choice[];
  }

  whole(name: string, least: number, most: number): number | undefined {
    return this.parsed(name, (text) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : `is no whole number from ${least} to ${most}`;
    });
  }

  wrong(name: string, value: string, what: string): undefined {
    this.problems.push(`${name}=${shorten(value)} ${what}`);
  }

  /** To be called last: whatever was not asked for is refused, so that a typo is not taken for an answer to what was meant. */
  refuseOthers(): void {
    const unknown = [...new Set(this.#params.keys())].find((name) => !this.#asked.has(name));
    if (unknown === undefined) return;
    this.problems.push(`there is no parameter ${shorten(unknown)} here; there are ${[...this.#asked].join(", ")}`);
  }
}

function shorten(text: string): string {
  return JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 57)}...`);
}
