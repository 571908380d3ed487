import { type ComponentChild, h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Range } from "../../src/api/v1.ts";
import type { Palette } from "../draw/palette.ts";
import { columnStartMs } from "../state/columns.ts";
import { ticksOf } from "../state/ticks.ts";

export interface ChartProps {
  readonly label: string;
  readonly heightPx: number;
  readonly range: Range;
  readonly palette: Palette;
  /** The top of the scale, which begins at 0 or at `min`. */
  readonly max: number;
  readonly min?: number;
  readonly tickText: (value: number) => string;
  /** Only the lowest of several charts on one time axis says its times. */
  readonly hasTimes: boolean;
  readonly paint: (chart: uPlot) => void;
  readonly zoom: (fromMs: number, toMs: number) => void;
  /** The column under the cursor, or undefined. */
  readonly pointed: (column: number | undefined) => void;
  /** Told of the chart, to move its cursor by. */
  readonly made?: (chart: uPlot | undefined) => void;
}

const axisPx = 66;
const rightPx = 12;
const timesPx = 26;
const cursorGroup = "node";

/**
 * A chart on uPlot, which brings scales, axes, the cursor and the marking of a span; what is in it, `paint` draws. The chart
 * is made once: what is new is given to it, so that neither the cursor nor a mark is lost when an answer comes.
 */
export function Chart(props: ChartProps): ComponentChild {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { range, palette, max, min, label } = props;
  useEffect(() => {
    if (box.current === null) return;
    const made = makeChart(box.current, latest);
    chart.current = made;
    latest.current.made?.(made);
    const observer = new ResizeObserver(([entry]) => {
      if (entry) made.setSize({ width: Math.floor(entry.contentRect.width), height: latest.current.heightPx });
    });
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      latest.current.made?.(undefined);
      made.destroy();
    };
  }, []);
  // What is painted hangs on these.
  useEffect(() => chart.current?.setData(dataOf(range)), [range, palette, max, min]);
  return h("div", { class: "chart", ref: box, role: "img", "aria-label": label });
}

/** The middles of the columns, which the cursor snaps to. What is drawn does not come from here. */
function dataOf(range: Range): uPlot.AlignedData {
  const middles = Array.from(
    { length: range.columns },
    (_, column) => (columnStartMs(range, column) + range.stepMs / 2) / 1_000,
  );
  return [middles, middles.map(() => null)];
}

function makeChart(box: HTMLElement, latest: { readonly current: ChartProps }): uPlot {
  const { heightPx, hasTimes } = latest.current;
  const now = () => latest.current;
  return new uPlot(
    {
      width: Math.max(1, box.clientWidth),
      height: heightPx,
      padding: [8, rightPx, hasTimes ? 0 : 6, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        sync: { key: cursorGroup, setSeries: false },
      },
      scales: {
        x: { time: true, range: () => [now().range.fromMs / 1_000, now().range.toMs / 1_000] },
        y: { range: () => [now().min ?? 0, now().max] },
      },
      series: [{}, { scale: "y", paths: () => null, points: { show: false } }],
      axes: [timeAxis(now, hasTimes), valueAxis(now)],
      hooks: {
        draw: [(chart) => now().paint(chart)],
        setCursor: [({ cursor }) => now().pointed(cursor.idx ?? undefined)],
        setSelect: [(chart) => zoomTo(chart, now())],
      },
    },
    dataOf(latest.current.range),
    box,
  );
}

function timeAxis(now: () => ChartProps, hasTimes: boolean): uPlot.Axis {
  const ticks = (pxWide: number) => ticksOf(now().range.fromMs, now().range.toMs, pxWide / 84);
  return {
    ...axisLook(now),
    size: hasTimes ? timesPx : 0,
    splits: (chart) => ticks(chart.width - axisPx - rightPx).map(({ atMs }) => atMs / 1_000),
    values: (chart, splits) =>
      hasTimes ? ticks(chart.width - axisPx - rightPx).map(({ text }) => text) : splits.map(() => ""),
  };
}

function valueAxis(now: () => ChartProps): uPlot.Axis {
  return {
    ...axisLook(now),
    size: axisPx,
    space: 34,
    values: (_chart, splits) => splits.map((value) => now().tickText(value)),
  };
}

function axisLook(now: () => ChartProps) {
  return {
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    gap: 6,
    stroke: () => now().palette.muted,
    grid: { stroke: () => now().palette.line, width: 1 },
    ticks: { show: false },
  };
}

/** What is narrower was a click. */
const zoomFromPx = 5;

function zoomTo(chart: uPlot, { zoom }: ChartProps): void {
  const { left, width } = chart.select;
  if (width < zoomFromPx) return;
  const msAt = (px: number) => chart.posToVal(px, "x") * 1_000;
  const [fromMs, toMs] = [msAt(left), msAt(left + width)];
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  zoom(fromMs, toMs);
}
