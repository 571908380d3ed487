import { type ComponentChild, type ComponentChildren, createContext, h } from "preact";
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { BoardController, type BoardMeaning } from "./board-controller.ts";
import { PageContext } from "./page-context.ts";
import { TimeAxis } from "./time-axis.ts";
import { Tip, type TipHandle } from "./tip.ts";

type Seen = (isNear: boolean, heightPx: number) => void;

/** What strips need of their board. All are as wide as its axis is, so that none has to be measured. */
export interface BoardContextValue {
  readonly width: number;
  /** Tells whether an element is near what is to be seen, and how high it is then; the answer ends that. */
  readonly watch: (element: Element, seen: Seen) => () => void;
  /** A strip has come or gone, or shows something else. */
  readonly stripChanged: (strip: HTMLElement) => void;
}

export const BoardContext = createContext<BoardContextValue>({
  width: 0,
  watch: () => () => {},
  stripChanged: () => {},
});

interface StripBoardProps {
  readonly label: string;
  readonly meaning: BoardMeaning;
  readonly children?: ComponentChildren;
}

/** Strips below one time axis. */
export function StripBoard({ label, meaning, children }: StripBoardProps): ComponentChild {
  const { nowMs } = useContext(PageContext);
  const board = useRef<HTMLElement>(null);
  const axis = useRef<HTMLDivElement>(null);
  const crosshair = useRef<HTMLDivElement>(null);
  const selection = useRef<HTMLDivElement>(null);
  const tip = useRef<TipHandle>({ show: () => {} });
  const latest = useRef(meaning);
  latest.current = meaning;
  const controller = useRef<BoardController>(undefined);
  const width = useWidth(axis);
  const watch = useNearness();
  useEffect(() => {
    if (!board.current || !crosshair.current || !selection.current) return;
    const showTip: TipHandle["show"] = (text, place) => tip.current.show(text, place);
    const parts = { board: board.current, crosshair: crosshair.current, selection: selection.current, showTip };
    controller.current = new BoardController(() => latest.current, parts);
    return () => controller.current?.close();
  }, []);
  const stripChanged = useOnceATurn((strips) => controller.current?.stripsChanged(strips));
  useEffect(() => controller.current?.rangeChanged(), [meaning.range]);
  const context = useMemo(() => ({ width, watch, stripChanged }), [width, watch, stripChanged]);
  return h(
    "section",
    { class: "board", "aria-label": label, ref: board },
    h(
      "div",
      { class: "row axis-row" },
      h("div", { class: "axis-corner" }),
      h("div", { class: "axis", ref: axis }, h(TimeAxis, { range: meaning.range, width, nowMs: nowMs() })),
      h("div", null),
    ),
    h(BoardContext.Provider, { value: context }, children),
    h("div", { class: "crosshair", ref: crosshair, hidden: true }),
    h("div", { class: "selection", ref: selection, hidden: true }),
    h(Tip, { handle: tip.current }),
  );
}

/** Many strips change at once; the board looks at them once. */
function useOnceATurn(act: (strips: Iterable<HTMLElement>) => void): BoardContextValue["stripChanged"] {
  const changed = useRef(new Set<HTMLElement>());
  return useMemo(
    () => (strip) => {
      if (changed.current.size === 0) {
        setTimeout(() => {
          const strips = changed.current;
          changed.current = new Set();
          act(strips);
        });
      }
      changed.current.add(strip);
    },
    [],
  );
}

function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (box.current === null) return;
    setWidth(box.current.clientWidth);
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.round(entry.contentRect.width)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

/** How far beyond the window's edges strips are drawn already. */
const nearness = "200px 0px";

function useNearness(): BoardContextValue["watch"] {
  const { observer, seen } = useMemo(() => {
    const seen = new WeakMap<Element, Seen>();
    const tell = (entries: IntersectionObserverEntry[]) => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        seen.get(target)?.(isIntersecting, boundingClientRect.height);
      }
    };
    return { seen, observer: new IntersectionObserver(tell, { rootMargin: nearness }) };
  }, []);
  useEffect(() => () => observer.disconnect(), [observer]);
  return useMemo(
    () => (element, tell) => {
      seen.set(element, tell);
      observer.observe(element);
      return () => observer.unobserve(element);
    },
    [observer, seen],
  );
}
