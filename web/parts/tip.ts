import { type ComponentChild, h } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** What is said of a cell. */
export interface TipText {
  readonly title: string;
  readonly when: string;
  readonly lines: readonly string[];
}

export interface TipPlace {
  /** Where in the window. */
  readonly x: number;
  readonly y: number;
}

/** Shows and hides a tip without anything else being drawn anew. */
export interface TipHandle {
  show: (text: TipText | undefined, place: TipPlace) => void;
}

const marginPx = 8;
const distancePx = 14;

/** A tip beside the pointer. Screen readers hear the same from what it is about, so it is not for them. */
export function Tip({ handle }: { readonly handle: TipHandle }): ComponentChild {
  const [shown, setShown] = useState<{ text: TipText; place: TipPlace }>();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    handle.show = (text, place) => setShown(text === undefined ? undefined : { text, place });
  }, [handle]);
  useLayoutEffect(() => {
    if (box.current !== null && shown !== undefined) moveInto(box.current, shown.place);
  }, [shown]);
  if (shown === undefined) return null;
  const { title, when, lines } = shown.text;
  return h(
    "div",
    { class: "tip", ref: box, "aria-hidden": "true" },
    h("div", { class: "tip-title" }, title),
    h("div", { class: "tip-when" }, when),
    ...lines.map((line) => h("div", { key: line }, line)),
  );
}

/** Below and right of the pointer, and within the window. */
function moveInto(box: HTMLElement, { x, y }: TipPlace): void {
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.min(x + distancePx, innerWidth - width - marginPx);
  const top = y + distancePx + height + marginPx > innerHeight ? y - distancePx - height : y + distancePx;
  box.style.transform = `translate(${Math.max(marginPx, left)}px, ${Math.max(marginPx, top)}px)`;
}
