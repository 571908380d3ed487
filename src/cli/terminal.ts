import { styleText } from "node:util";
import type { Tty } from "../top/tty.ts";

/** What a command may use of the outside. */
export interface Terminal {
  /** Standard output: results. */
  readonly out: (text: string) => void;
  /** Standard error: log, progress, errors. */
  readonly err: (text: string) => void;
  /** Standard input, for the commands that read it. */
  readonly input?: NodeJS.ReadableStream;
  /** For the live view; undefined where input or output is no terminal. */
  readonly tty?: Tty | undefined;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type Colour = "green" | "red" | "yellow" | "dim" | "bold";
export type Paint = (colour: Colour, text: string) => string;

/** Colour for standard output: on a terminal only, and not where NO_COLOR is set to anything (https://no-color.org). */
export function painter({ outIsTerminal, env }: Terminal): Paint {
  const plain = !outIsTerminal || (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  if (plain) return (_colour, text) => text;
  return (colour, text) => styleText(colour, text, { validateStream: false });
}
