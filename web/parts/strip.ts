import { type ComponentChild, h } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { paintStrip } from "../draw/paint-strip.ts";
import type { Ink, Palette } from "../draw/palette.ts";
import { PageContext } from "./page-context.ts";
import { BoardContext } from "./strip-board.ts";

interface StripProps {
  /** Names it to the board. */
  readonly id: string;
  readonly label: string;
  readonly inks: readonly Ink[];
}

/**
 * A row of cells, one a column. It has a canvas while it is near what is to be seen, and no longer: with each canvas that there
 * is a browser takes longer for every picture of the page, and of hundreds of them too long to scroll by.
 */
export function Strip({ id, label, inks }: StripProps): ComponentChild {
  const { palette } = useContext(PageContext);
  const { width, watch, stripChanged } = useContext(BoardContext);
  const strip = useRef<HTMLDivElement>(null);
  const drawing = useRef({ isNear: false, paint: (_heightPx: number) => {} });
  useEffect(() => {
    const { current: box } = strip;
    if (box === null) return;
    return watch(box, (isNear, heightPx) => {
      if (isNear === drawing.current.isNear) return;
      drawing.current.isNear = isNear;
      if (isNear) drawing.current.paint(heightPx);
      else box.replaceChildren();
    });
  }, [watch]);
  useEffect(() => {
    const { current } = drawing;
    const { current: box } = strip;
    if (box === null) return;
    current.paint = (heightPx) => paint(box, { width, height: heightPx }, inks, palette);
    if (current.isNear) current.paint(box.clientHeight);
  }, [width, inks, palette]);
  useEffect(() => {
    const { current } = strip;
    if (current === null) return;
    stripChanged(current);
    return () => stripChanged(current);
  }, [inks, stripChanged]);
  return h("div", { class: "strip", ref: strip, role: "slider", "aria-label": label, "data-strip": id, tabIndex: -1 });
}

/** In CSS pixels. They are told: asked of the box, each strip would have the whole page laid out anew. */
interface StripSize {
  readonly width: number;
  readonly height: number;
}

function paint(box: HTMLElement, size: StripSize, inks: readonly Ink[], palette: Palette): void {
  if (size.width === 0) return;
  const canvas = box.querySelector("canvas") ?? box.appendChild(document.createElement("canvas"));
  const context = canvas.getContext("2d");
  if (context === null) return;
  const scale = devicePixelRatio;
  const surface = { width: Math.round(size.width * scale), height: Math.round(size.height * scale), scale };
  // Setting a size clears the canvas and takes long, also where it is the same.
  if (canvas.width !== surface.width) canvas.width = surface.width;
  if (canvas.height !== surface.height) canvas.height = surface.height;
  paintStrip(context, surface, inks, palette);
}
