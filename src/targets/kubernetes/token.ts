export type TokenConfig =
  | { readonly from: "value"; readonly token: string }
  | { readonly from: "file"; readonly path: string }
  /** Only over http to this machine, as to a `kubectl proxy`, which does the asking itself. */
  | { readonly from: "none" };

/** Gives the bearer token of this moment, and remembers which ones it gave so that the log can keep them out. */
export class TokenSource {
  readonly #config: TokenConfig;
  readonly #readFile: (path: string) => string;
  #last: string | undefined;
  /** A rotated token may still turn up in an answer for a while. */
  #previous: string | undefined;
  readonly #warn: (message: string) => void;
  #warned = false;

  /**
   * `readFile` gives a file's text or throws the system's error; `warn` is told once each time the file becomes
   * useless.
   */
  constructor(config: TokenConfig, readFile: (path: string) => string, warn: (message: string) => void = () => {}) {
    this.#warn = warn;
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
    const trouble = this.#readAgain(this.#config.path);
    if (trouble !== undefined && this.#last === undefined) throw new Error(trouble);
    if (trouble !== undefined && !this.#warned) this.#warn(`${trouble}; the last one serves on`);
    this.#warned = trouble !== undefined;
    return this.#last;
  }

  /** What must not be shown. */
  secrets(): readonly string[] {
    return [this.#last, this.#previous].filter((token) => token !== undefined);
  }

  /** Takes a new token over, or says what is wrong with the file. */
  #readAgain(path: string): string | undefined {
    let token: string;
    try {
      token = this.#readFile(path).trim();
    } catch (error) {
      return `the token file cannot be read: ${(error as Error).message}`;
    }
    // An empty file or one half written is no new token; a header cannot carry it either.
    if (!/^[\x21-\x7e]+$/.test(token)) return `the token file ${path} holds no token`;
    if (token === this.#last) return undefined;
    this.#previous = this.#last;
    this.#last = token;
    return undefined;
  }
}
