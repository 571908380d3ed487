import { type ComponentChild, h } from "preact";
import { useContext, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import type { HistoryAnswer } from "../../src/api/v1.ts";
import { paintResults, paintRetransmits, paintSmoke } from "../draw/paint-charts.ts";
import { Chart, type ChartProps } from "../parts/chart.ts";
import { PageContext } from "../parts/page-context.ts";
import { axisDuration, countScale, handshakesScale, latencyScale } from "../state/chart-scale.ts";
import { clamp, columnStartMs } from "../state/columns.ts";
import { counted, duration, share } from "../state/figures.ts";
import { windowOf } from "../state/ranges.ts";
import { failures, lost, told } from "../state/results.ts";
import { span } from "../state/times.ts";

interface NodeChartsProps {
  readonly answer: HistoryAnswer;
  /** What latencies are: `round trip`, or `connect time`. */
  readonly latencyWord: string;
}

/** Round trips, SYN retransmits and results over one time axis, with one cursor. */
export function NodeCharts({ answer, latencyWord }: NodeChartsProps): ComponentChild {
  const { palette, go, nowMs } = useContext(PageContext);
  const [column, setColumn] = useState<number>();
  const top = useRef<uPlot>(undefined);
  const { range } = answer;
  const zoom = (fromMs: number, toMs: number) => go(windowOf(fromMs, toMs, nowMs()));
  const shared: SharedProps = { range, palette, zoom, pointed: () => {} };
  const moveTo = (next: number) => moveCursor(top.current, range.columns, next);
  const made = (chart: uPlot | undefined) => {
    top.current = chart;
  };
  return h(
    "section",
    { class: "charts", "aria-label": "measurements over time" },
    h("p", { class: "readout" }, readout(answer, column, nowMs())),
    h(
      "div",
      {
        class: "chart-stack",
        ...sliderProps(answer, column, nowMs()),
        onKeyDown: (event: KeyboardEvent) => keyed(event, column ?? range.columns - 1, moveTo),
      },
      ...latencyChart(answer, latencyWord, { ...shared, pointed: setColumn, made }),
      ...retransmitChart(answer, shared),
      ...resultChart(answer, shared),
    ),
  );
}

/** What the charts of one node have in common. */
type SharedProps = Pick<ChartProps, "range" | "palette" | "zoom" | "pointed" | "made">;

function heading(title: string, hint: string): ComponentChild {
  return h("h2", null, title, h("small", null, hint));
}

const latencyHint =
  "median coloured by loss; smoke: from the quickest to p90, p99 and the slowest; dashed: the node\u2019s normal";

function latencyChart(answer: HistoryAnswer, word: string, shared: SharedProps): ComponentChild[] {
  return [
    heading(word, latencyHint),
    h(Chart, {
      ...shared,
      ...latencyScale(answer),
      label: `chart of ${word}`,
      heightPx: 270,
      tickText: axisDuration,
      // On a small screen it is all that is seen of the three.
      hasTimes: true,
      paint: (chart) => paintSmoke(chart, { answer, palette: shared.palette }),
    }),
  ];
}

function retransmitChart(answer: HistoryAnswer, shared: SharedProps): ComponentChild[] {
  return [
    heading("SYN retransmits", "per step"),
    h(Chart, {
      ...shared,
      ...countScale(answer.series.synRetransmits, 4),
      label: "chart of SYN retransmits",
      heightPx: 84,
      tickText: wholeOnly,
      hasTimes: false,
      paint: (chart) => paintRetransmits(chart, { answer, palette: shared.palette }),
    }),
  ];
}

function resultChart(answer: HistoryAnswer, shared: SharedProps): ComponentChild[] {
  return [
    heading("Handshakes by result", "failed ones at the foot"),
    h(Chart, {
      ...shared,
      ...handshakesScale(answer),
      label: "chart of handshakes by result",
      heightPx: 120,
      tickText: wholeOnly,
      hasTimes: true,
      paint: (chart) => paintResults(chart, { answer, palette: shared.palette }),
    }),
  ];
}

const wholeOnly = (value: number) => (Number.isInteger(value) ? String(value) : "");

/** To a screen reader the charts are one slider over time that says what was at its place. */
function sliderProps(answer: HistoryAnswer, column: number | undefined, nowMs: number) {
  const last = answer.range.columns - 1;
  return {
    role: "slider",
    tabIndex: 0,
    "aria-label": "measurements at a time",
    "aria-valuemin": 0,
    "aria-valuemax": last,
    "aria-valuenow": column ?? last,
    "aria-valuetext": readout(answer, column ?? last, nowMs),
  };
}

function keyed(event: KeyboardEvent, column: number, moveTo: (column: number) => void): void {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    PageUp: -10,
    PageDown: 10,
    Home: -1e9,
    End: 1e9,
  };
  const step = steps[event.key];
  if (step === undefined || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  moveTo(column + step);
}

function moveCursor(chart: uPlot | undefined, columns: number, column: number): void {
  const seconds = chart?.data[0][clamp(column, 0, columns - 1)];
  if (chart !== undefined && seconds !== undefined) chart.setCursor({ left: chart.valToPos(seconds, "x"), top: 20 });
}

/** What was in a column, or in the whole range. */
function readout(answer: HistoryAnswer, column: number | undefined, nowMs: number): string {
  const { range, series, total } = answer;
  if (column === undefined || column >= range.columns) {
    return `${span(range.fromMs, Math.min(range.toMs, nowMs), nowMs)}: ${measured(total.results, total.synRetransmits, total)}`;
  }
  const fromMs = columnStartMs(range, column);
  const when = span(fromMs, fromMs + range.stepMs, nowMs);
  const { results, synRetransmits, latency } = series;
  return `${when}: ${measured(results[column], synRetransmits[column], latency[column])}`;
}

function measured(
  results: HistoryAnswer["total"]["results"] | undefined,
  synRetransmits: number | undefined,
  latency: Pick<HistoryAnswer["total"], "p50Us" | "p90Us" | "p99Us"> | undefined,
): string {
  if (results === undefined || told(results) === 0) return "no data";
  const failed = failures(results);
  return [
    latency?.p50Us == null
      ? "no round trip"
      : `median ${duration(latency.p50Us)}, p90 ${duration(latency.p90Us)}, p99 ${duration(latency.p99Us)}`,
    `${share(lost(results), told(results))} of ${counted(told(results), "handshake")} lost${failed === "" ? "" : ` (${failed})`}`,
    counted(synRetransmits ?? 0, "SYN retransmit"),
  ].join(" \u00b7 ");
}
