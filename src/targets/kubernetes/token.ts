import type { TokenConfig } from "../../config/config.ts";

/** Gives the bearer token of this moment, and remembers which ones it gave so that the log can keep them out. */
export class TokenSource {
  readonly #config: TokenConfig;
  readonly #readFile: (path: string) => string;
  #last: string | undefined;
  /** A rotated token may still turn up in an answer for a while. */
  #previous: string | undefined;

  /** `readFile` gives a file's text or throws the system's error. */
  constructor(config: TokenConfig, readFile: (path: string) => string) {
    this.#config = config;
    this.#readFile = readFile;
    if (config.from === "value") this.#last = config.token;
  }

  /**
   * A token file is read for every request, of which there are few: a kubelet swaps it through a symlink, and no
   * watch on a file sees every kind of swap. Where it cannot be read for a moment, the last token serves on; where
   * there was none before, it throws.
   */
  current(): string | undefined {
    if (this.#config.from !== "file") return this.#last;
    try {
      this.#remember(this.#readFile(this.#config.path).trim());
    } catch (error) {
      if (this.#last === undefined) throw new Error(`the token file cannot be read: ${(error as Error).message}`);
    }
    if (this.#last === undefined) throw new Error(`the token file ${this.#config.path} holds no token`);
    return this.#last;
  }

  /** What must not be shown. */
  secrets(): readonly string[] {
    return [this.#last, this.#previous].filter((token) => token !== undefined);
  }

  #remember(token: string): void {
    // An empty file or one half written is no new token; a header cannot carry it either.
    if (token === this.#last || !/^[\x21-\x7e]+$/.test(token)) return;
    this.#previous = this.#last;
    this.#last = token;
  }
}
