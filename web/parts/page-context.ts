import { createContext } from "preact";
import type { Palette, Scheme } from "../draw/palette.ts";
import { palettes } from "../draw/palette.ts";
import { initialState, type PageState } from "../state/address.ts";

/** What all parts of the page share. */
export interface PageContextValue {
  readonly state: PageState;
  /** Changes what is shown, as a step that the browser's "back" undoes; `replace`: as none. */
  readonly go: (change: Partial<PageState>, how?: "push" | "replace") => void;
  readonly scheme: Scheme;
  readonly palette: Palette;
  /** The server's clock, as far as is known. */
  readonly nowMs: () => number;
  /** Told of the server's time with each answer. */
  readonly answered: (nowMs: number) => void;
}

/** Counts up whenever questions are to be asked again. It stands apart: what is drawn waits for the answer. */
export const PulseContext = createContext(0);

export const PageContext = createContext<PageContextValue>({
  state: initialState,
  go: () => {},
  scheme: "light",
  palette: palettes.light,
  nowMs: () => Date.now(),
  answered: () => {},
});
