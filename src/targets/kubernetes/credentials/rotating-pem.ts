import type { PemSource } from "./access-spec.ts";
import { readPem } from "./pem-source.ts";

export interface RotatingPemOptions {
  /** What it is, for warnings: `the certificate authority`. */
  readonly what: string;
  readonly sources: readonly PemSource[];
  /** Says what is wrong with the texts: the end of a sentence; undefined where they can be used. */
  readonly flaw: (texts: readonly string[]) => string | undefined;
  readonly readFile: (path: string) => string;
  /** Told once each time the files become useless. */
  readonly warn: (message: string) => void;
}

export type PemTexts = { readonly texts: readonly string[] } | { readonly problem: string };

/**
 * Texts in PEM that belong together, as they are at this moment. Files are read at every request, of which there are
 * few: they are swapped through symlinks, one after the other, and no watch on a file sees every kind of swap. Where
 * they cannot be used for a moment, the last good ones serve on.
 */
export class RotatingPem {
  readonly #options: RotatingPemOptions;
  #good: readonly string[] | undefined;
  /** Texts that were found useless, so that they are not looked through at every request. */
  #bad: { readonly texts: readonly string[]; readonly problem: string } | undefined;
  #warned = false;

  constructor(options: RotatingPemOptions) {
    this.#options = options;
  }

  /** The same array as long as nothing changes. */
  current(): PemTexts {
    const problem = this.#readAgain();
    if (problem !== undefined && this.#good === undefined) return { problem };
    if (problem !== undefined && !this.#warned) this.#options.warn(`${problem}; the last good one serves on`);
    this.#warned = problem !== undefined;
    return { texts: this.#good ?? [] };
  }

  #readAgain(): string | undefined {
    const { sources, what, readFile } = this.#options;
    const texts: string[] = [];
    for (const source of sources) {
      const text = readPem(source, what, readFile);
      if ("problem" in text) return text.problem;
      texts.push(text.pem);
    }
    if (isSame(texts, this.#good)) return undefined;
    if (isSame(texts, this.#bad?.texts)) return this.#bad?.problem;
    const flaw = this.#options.flaw(texts);
    if (flaw === undefined) {
      this.#good = texts;
      return undefined;
    }
    this.#bad = { texts, problem: `${what}: ${flaw}` };
    return this.#bad.problem;
  }
}

function isSame(texts: readonly string[], others: readonly string[] | undefined): boolean {
  return others !== undefined && texts.every((text, index) => text === others[index]);
}
