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

/** A row of cells, one a column. It is drawn when it comes near what is to be seen, and not before. */
export function Strip({ id, label, inks }: StripProps): ComponentChild {
  const { palette } = useContext(PageContext);
  const { width, watch, stripChanged } = useContext(BoardContext);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef({ isNear: false, paint: () => {} });
  useEffect(() => {
    if (canvas.current === null) return;
    return watch(canvas.current, (isNear) => {
      const came = isNear && !drawing.current.isNear;
      drawing.current.isNear = isNear;
      if (came) drawing.current.paint();
    });
  }, [watch]);
  useEffect(() => {
    const { current } = drawing;
    current.paint = () => canvas.current && paint(canvas.current, width, inks, palette);
    if (current.isNear) current.paint();
  }, [width, inks, palette]);
  useEffect(stripChanged, [inks, stripChanged]);
  return h(
    "div",
    { class: "strip", role: "slider", "aria-label": label, "data-strip": id, tabIndex: -1 },
    h("canvas", { ref: canvas }),
  );
}

function paint(canvas: HTMLCanvasElement, width: number, inks: readonly Ink[], palette: Palette): void {
  const context = canvas.getContext("2d");
  if (context === null || width === 0) return;
  const scale = devicePixelRatio;
  const surface = { width: Math.round(width * scale), height: Math.round(canvas.clientHeight * scale), scale };
  // Setting a size clears the canvas and takes long, also where it is the same.
  if (canvas.width !== surface.width) canvas.width = surface.width;
  if (canvas.height !== surface.height) canvas.height = surface.height;
  paintStrip(context, surface, inks, palette);
}
