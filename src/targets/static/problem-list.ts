/** A file with the wrong shape has as many problems as entries; the first ones tell it. */
const maxTold = 50;

/** Collects sentences about one file, each with the place where it is. */
export class ProblemList {
  readonly #file: string;
  readonly #told: string[] = [];
  #untold = 0;

  constructor(file: string) {
    this.#file = file;
  }

  get count(): number {
    return this.#told.length + this.#untold;
  }

  /** Whether a further problem would be told, so that the search for its line is worth the while. */
  get isFull(): boolean {
    return this.#told.length >= maxTold;
  }

  add(line: number | undefined, problem: string): void {
    if (this.isFull) this.#untold++;
    else this.#told.push(`${this.#file}${line === undefined ? "" : `:${line}`}: ${problem}`);
  }

  sentences(): readonly string[] {
    return this.#untold === 0 ? this.#told : [...this.#told, `${this.#file}: and ${this.#untold} more problems`];
  }
}
