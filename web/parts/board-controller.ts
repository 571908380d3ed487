import type { Range } from "../../src/api/v1.ts";
import { clamp, columnAt, columnLeft, spanOf } from "../state/columns.ts";
import type { TipText } from "./tip.ts";

/** What a board's strips mean; asked anew at each move, so that it is never what was drawn before. */
export interface BoardMeaning {
  readonly range: Range;
  /** What is said of a cell, and to those who do not see it. */
  readonly describe: (id: string, column: number) => TipText | undefined;
  readonly open: (id: string, column: number) => void;
  readonly zoom: (fromMs: number, toMs: number) => void;
}

/** The parts of a board that move without anything being drawn anew. */
export interface BoardParts {
  readonly board: HTMLElement;
  readonly crosshair: HTMLElement;
  readonly selection: HTMLElement;
  readonly showTip: (text: TipText | undefined, place: { x: number; y: number }) => void;
}

interface Drag {
  readonly strip: HTMLElement;
  readonly column: number;
  readonly x: number;
  isZoom: boolean;
}

/** A pointer that moved less has clicked. */
const dragFromPx = 5;
const toldAtOnce = 60;

/**
 * Pointer and keys on a board of strips: a cross hair through all of them, a tip, zoom by dragging. For the keyboard the board
 * is one stop: the arrow keys move within it, from strip to strip and from column to column. Each strip is a slider over time
 * to a screen reader, which says where it stands.
 */
export class BoardController {
  readonly #meaning: () => BoardMeaning;
  readonly #parts: BoardParts;
  readonly #ending = new AbortController();
  #drag: Drag | undefined;
  /** The strip that the tab key stops at, and the column for all of them. */
  #current: string | undefined;
  #column: number | undefined;
  /** Strips that do not say yet what they show. */
  readonly #untold = new Set<HTMLElement>();
  #telling: ReturnType<typeof setTimeout> | undefined;

  constructor(meaning: () => BoardMeaning, parts: BoardParts) {
    this.#meaning = meaning;
    this.#parts = parts;
    const { board } = parts;
    const { signal } = this.#ending;
    board.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    board.addEventListener("pointermove", (event) => this.#move(event), { signal });
    board.addEventListener("pointerup", (event) => this.#up(event), { signal });
    board.addEventListener("pointercancel", () => this.#rest(), { signal });
    board.addEventListener("pointerleave", () => this.#drag === undefined && this.#rest(), { signal });
    board.addEventListener("keydown", (event) => this.#key(event), { signal });
    board.addEventListener("focusin", (event) => this.#focused(event), { signal });
    board.addEventListener("focusout", () => this.#rest(), { signal });
  }

  close(): void {
    clearTimeout(this.#telling);
    this.#ending.abort();
  }

  /** After strips have come, gone or changed: exactly one of all is a stop of the tab key. */
  stripsChanged(changed: Iterable<HTMLElement>): void {
    const strips = this.#strips();
    this.#stopAt(strips.find((strip) => strip.dataset.strip === this.#current) ?? strips[0]);
    for (const strip of changed) this.#untold.add(strip);
    this.#tellSome();
  }

  /** After the time that is shown has changed: what any strip says has another time. */
  rangeChanged(): void {
    this.stripsChanged(this.#strips());
  }

  /** Of many strips a few at a time: whoever scrolls is not kept waiting. */
  #tellSome(): void {
    clearTimeout(this.#telling);
    let left = toldAtOnce;
    for (const strip of this.#untold) {
      if (left-- === 0) break;
      this.#untold.delete(strip);
      if (strip.isConnected) this.#tellValue(strip);
    }
    if (this.#untold.size > 0) this.#telling = setTimeout(() => this.#tellSome());
  }

  #stopAt(stop: HTMLElement | undefined): void {
    for (const strip of this.#strips()) {
      const tabIndex = strip === stop ? 0 : -1;
      // To write it costs also where it is the same.
      if (strip.tabIndex !== tabIndex) strip.tabIndex = tabIndex;
    }
  }

  #down(event: PointerEvent): void {
    const strip = stripOf(event.target);
    if (strip === undefined || event.button !== 0) return;
    this.#drag = { strip, column: this.#columnAt(strip, event.clientX), x: event.clientX, isZoom: false };
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag === undefined) {
      const strip = stripOf(event.target);
      if (strip === undefined) this.#rest();
      else this.#point(strip, this.#columnAt(strip, event.clientX), { x: event.clientX, y: event.clientY });
      return;
    }
    if (!drag.isZoom && Math.abs(event.clientX - drag.x) > dragFromPx) {
      drag.isZoom = true;
      this.#parts.board.setPointerCapture(event.pointerId);
    }
    if (drag.isZoom) this.#select(drag, this.#columnAt(drag.strip, event.clientX));
  }

  #up(event: PointerEvent): void {
    const drag = this.#drag;
    this.#drag = undefined;
    this.#parts.selection.hidden = true;
    if (drag === undefined) return;
    const column = this.#columnAt(drag.strip, event.clientX);
    const { range, zoom, open } = this.#meaning();
    const { fromMs, toMs } = spanOf(range, drag.column, column);
    this.#rest();
    if (drag.isZoom) zoom(fromMs, toMs);
    else open(drag.strip.dataset.strip ?? "", column);
  }

  #key(event: KeyboardEvent): void {
    const strip = stripOf(event.target);
    if (strip === undefined || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const { range, open } = this.#meaning();
    const column = this.#column ?? range.columns - 1;
    const step = columnSteps[event.key];
    const rows = rowSteps[event.key];
    if (event.key === "Enter") open(strip.dataset.strip ?? "", column);
    else if (step !== undefined) this.#moveTo(strip, column + step);
    else if (rows !== undefined) this.#focusRow(strip, rows);
    else return;
    event.preventDefault();
  }

  #moveTo(strip: HTMLElement, column: number): void {
    this.#column = clamp(column, 0, this.#meaning().range.columns - 1);
    this.#tellValue(strip);
    this.#point(strip, this.#column, undefined);
  }

  #focusRow(strip: HTMLElement, rows: number): void {
    const strips = this.#strips();
    const next = strips[clamp(strips.indexOf(strip) + rows, 0, strips.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  #focused(event: FocusEvent): void {
    const strip = stripOf(event.target);
    if (strip === undefined) return;
    this.#current = strip.dataset.strip;
    this.#stopAt(strip);
    // A click focuses too, and has its own place.
    if (strip.matches(":focus-visible")) this.#moveTo(strip, this.#column ?? this.#meaning().range.columns - 1);
  }

  #tellValue(strip: HTMLElement): void {
    const { range, describe } = this.#meaning();
    const column = Math.min(this.#column ?? range.columns - 1, range.columns - 1);
    const text = describe(strip.dataset.strip ?? "", column);
    strip.setAttribute("aria-valuemin", "0");
    strip.setAttribute("aria-valuemax", String(range.columns - 1));
    strip.setAttribute("aria-valuenow", String(column));
    strip.setAttribute("aria-valuetext", text === undefined ? "" : [text.when, ...text.lines].join(", "));
  }

  /** Shows what is at a cell; beside the cell itself where no pointer says where. */
  #point(strip: HTMLElement, column: number, pointer: { x: number; y: number } | undefined): void {
    const { range, describe } = this.#meaning();
    const { left, width, bottom } = strip.getBoundingClientRect();
    const boardLeft = this.#parts.board.getBoundingClientRect().left;
    const x = left + columnLeft(column, range.columns, width);
    const cellWidth = columnLeft(column + 1, range.columns, width) - columnLeft(column, range.columns, width);
    place(this.#parts.crosshair, x - boardLeft, cellWidth);
    this.#parts.showTip(describe(strip.dataset.strip ?? "", column), pointer ?? { x, y: bottom - 8 });
  }

  #select(drag: Drag, column: number): void {
    const { columns } = this.#meaning().range;
    const { left, width } = drag.strip.getBoundingClientRect();
    const offset = left - this.#parts.board.getBoundingClientRect().left;
    const from = columnLeft(Math.min(drag.column, column), columns, width);
    const to = columnLeft(Math.max(drag.column, column) + 1, columns, width);
    place(this.#parts.selection, offset + from, to - from);
    this.#parts.crosshair.hidden = true;
    this.#parts.showTip(undefined, { x: 0, y: 0 });
  }

  #rest(): void {
    this.#drag = undefined;
    this.#parts.crosshair.hidden = true;
    this.#parts.selection.hidden = true;
    this.#parts.showTip(undefined, { x: 0, y: 0 });
  }

  #columnAt(strip: HTMLElement, clientX: number): number {
    const { left, width } = strip.getBoundingClientRect();
    return columnAt(clientX - left, this.#meaning().range.columns, width);
  }

  #strips(): HTMLElement[] {
    return [...this.#parts.board.querySelectorAll<HTMLElement>("[data-strip]")];
  }
}

const columnSteps: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -10,
  PageDown: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

const rowSteps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };

function place(element: HTMLElement, left: number, width: number): void {
  element.hidden = false;
  element.style.transform = `translateX(${left}px)`;
  element.style.width = `${Math.max(1, width)}px`;
}

function stripOf(target: EventTarget | null): HTMLElement | undefined {
  return (target instanceof Element && target.closest<HTMLElement>("[data-strip]")) || undefined;
}
