import { StringDecoder } from "node:string_decoder";

export type KeyName =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "backspace"
  | "ctrl-c"
  | "ctrl-l"
  | "ctrl-u"
  | "ctrl-z";

/** What was pressed, or typed, or pasted. */
export type Key = { readonly key: KeyName } | { readonly text: string; readonly isPasted: boolean };

const controls: Readonly<Record<string, KeyName>> = {
  "\r": "enter",
  "\n": "enter",
  "\b": "backspace",
  "\u007f": "backspace",
  "\u0003": "ctrl-c",
  "\u000c": "ctrl-l",
  "\u0015": "ctrl-u",
  "\u001a": "ctrl-z",
};

/** What terminals send behind CSI (`ESC [`) or SS3 (`ESC O`), xterm's and the Linux console's. */
const sequences: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  H: "home",
  F: "end",
  "1~": "home",
  "4~": "end",
  "5~": "page-up",
  "6~": "page-down",
  "7~": "home",
  "8~": "end",
};

const esc = "\u001b";
const pasteBegins = "\u001b[200~";
const pasteEnds = "\u001b[201~";
/** No sequence of a key is longer; what is, is let go. */
const longestSequence = 32;
/** A paste beyond this is cut: it is a filter at the most. */
const longestPaste = 1_000;

/** Makes keys of what a terminal sends, whose sequences and characters may be split anywhere. */
export class KeyReader {
  readonly #decoder = new StringDecoder("utf8");
  #waiting = "";

  /** Whether what came so far is the beginning of something, which may also be the Escape key alone: see flush(). */
  get isWaiting(): boolean {
    return this.#waiting !== "";
  }

  push(chunk: Uint8Array): Key[] {
    this.#waiting += this.#decoder.write(Buffer.from(chunk));
    const keys: Key[] = [];
    for (;;) {
      const taken = take(this.#waiting);
      if (taken === undefined) return keys;
      this.#waiting = this.#waiting.slice(taken.length);
      if (taken.key !== undefined) keys.push(taken.key);
    }
  }

  /** Nothing came for a while: an ESC that stands alone is the key. */
  flush(): Key[] {
    // The end of a paste may come late over a slow line.
    if (this.#waiting.startsWith(pasteBegins)) return [];
    const isEscape = this.#waiting === esc;
    this.#waiting = "";
    return isEscape ? [{ key: "escape" }] : [];
  }
}

interface Taken {
  readonly length: number;
  /** Undefined of what means nothing here. */
  readonly key: Key | undefined;
}

/** The first key of a text; undefined where its end has not come yet. */
function take(text: string): Taken | undefined {
  const [first] = text;
  if (first === undefined) return undefined;
  if (first === esc) return takeEscape(text);
  const control = controls[first];
  if (control !== undefined) return { length: 1, key: { key: control } };
  return { length: first.length, key: first < " " ? undefined : { text: first, isPasted: false } };
}

function takeEscape(text: string): Taken | undefined {
  if (text.startsWith(pasteBegins)) return takePaste(text);
  const [, kind] = text;
  if (kind === undefined) return undefined;
  // The Escape key and another one behind it; or Alt and a key, which means nothing here but Escape.
  if (kind === esc) return { length: 1, key: { key: "escape" } };
  if (kind !== "[" && kind !== "O") return { length: 1, key: { key: "escape" } };
  // ECMA-48, 5.4: parameters, intermediates, and one final byte.
  const match = /^[[O]([0-9;:<=>?]*[ -/]*)([@-~])/.exec(text.slice(1));
  if (match === null)
    return text.length > longestSequence || isBroken(text) ? { length: 1, key: undefined } : undefined;
  const [whole, parameters = "", final = ""] = match;
  // A modifier (`ESC [ 1 ; 5 A`) is let go: the key is meant.
  const [number = ""] = parameters.split(";");
  const name = sequences[final === "~" ? `${number}~` : final];
  return { length: 1 + whole.length, key: name === undefined ? undefined : { key: name } };
}

/** A byte that belongs to no sequence. */
function isBroken(text: string): boolean {
  return /[^0-9;:<=>? -/]/.test(text.slice(2));
}

function takePaste(text: string): Taken | undefined {
  const rest = text.slice(pasteBegins.length);
  // Ctrl-C ends also a paste whose end was lost on the way.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const end = rest.search(/\u001b\[201~|\u0003/);
  if (end < 0 && rest.length < longestPaste) return undefined;
  const pasted = rest.slice(0, end < 0 ? longestPaste : end);
  const ending = end >= 0 && rest[end] === esc ? pasteEnds.length : 0;
  return {
    length: pasteBegins.length + pasted.length + ending,
    key: { text: pasted.slice(0, longestPaste), isPasted: true },
  };
}
