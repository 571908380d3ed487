import type uPlot from "uplot";
import type { HistoryAnswer, Range, ResultCounts } from "../../src/api/v1.ts";
import { columnStartMs } from "../state/columns.ts";
import { lost, told } from "../state/results.ts";
import type { Palette } from "./palette.ts";

/** What a chart of a node is drawn from. */
export interface ChartSource {
  readonly answer: HistoryAnswer;
  readonly palette: Palette;
}

/** A column's place, in device pixels. */
interface Place {
  readonly left: number;
  readonly right: number;
}

/**
 * The RTT as smoke: the darker, the more of the round trips were there; the median as a line, coloured by how much was
 * lost. Each column stands for itself: what was not measured is not drawn as if it had been.
 */
export function paintSmoke(chart: uPlot, { answer, palette }: ChartSource): void {
  const { ctx } = chart;
  const { latency } = answer.series;
  clipped(chart, () => {
    paintGaps(chart, answer, palette);
    ctx.fillStyle = palette.smoke;
    eachColumn(chart, answer.range, (column, place) => {
      const { minUs, p50Us, p90Us, p99Us, maxUs } = latency[column] ?? {};
      const band = (fromUs: number | null | undefined, toUs: number | null | undefined, alpha: number) => {
        if (fromUs != null && toUs != null) fillBand(chart, place, fromUs, toUs, alpha);
      };
      band(minUs, maxUs, 0.1);
      band(minUs, p99Us, 0.13);
      band(minUs, p90Us, 0.2);
      band(p50Us, p90Us, 0.1);
    });
    ctx.globalAlpha = 1;
    paintNormal(chart, answer, palette);
    paintMedians(chart, answer, palette);
  });
}

/** Failed handshakes stand on the lower edge, where a single one is seen, and those that were answered upon them. */
export function paintResults(chart: uPlot, { answer, palette }: ChartSource): void {
  const { ctx } = chart;
  const failuresFirst = [1, 2, 3, 4, 5, 0] as const;
  clipped(chart, () =>
    eachColumn(chart, answer.range, (column, place) => {
      let sum = 0;
      for (const index of failuresFirst) {
        const count = answer.series.results[column]?.[index] ?? 0;
        ctx.fillStyle = palette.results[index];
        if (count > 0) fillBand(chart, withGap(place), sum, sum + count, 1);
        sum += count;
      }
    }),
  );
}

export function paintRetransmits(chart: uPlot, { answer, palette }: ChartSource): void {
  clipped(chart, () => {
    chart.ctx.fillStyle = palette.inks.syn2.fill;
    eachColumn(chart, answer.range, (column, place) => {
      const count = answer.series.synRetransmits[column] ?? 0;
      if (count > 0) fillBand(chart, withGap(place), 0, count, 1);
    });
  });
}

/** The colours of a median by its column's loss, from none on: for the legend too. */
export function medianColours({ median }: Palette): readonly string[] {
  return [median.ok, ...median.loss];
}

function medianColour(counts: ResultCounts | undefined, { median }: Palette): string {
  const share = counts === undefined ? 0 : lost(counts) / Math.max(1, told(counts));
  if (share === 0) return median.ok;
  return median.loss[share < 0.1 ? 0 : share < 0.5 ? 1 : 2];
}

/** Where nothing came through a wash of red, where nothing was measured the page as it is. */
function paintGaps(chart: uPlot, { range, series }: HistoryAnswer, palette: Palette): void {
  const { ctx, bbox } = chart;
  ctx.fillStyle = palette.inks.loss3.fill;
  ctx.globalAlpha = 0.16;
  eachColumn(chart, range, (column, { left, right }) => {
    const counts = series.results[column];
    if (counts === undefined || counts[0] > 0 || lost(counts) === 0) return;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
  });
  ctx.globalAlpha = 1;
}

function paintNormal(chart: uPlot, { facts }: HistoryAnswer, palette: Palette): void {
  if (facts?.normalUs == null) return;
  const { ctx, bbox } = chart;
  const y = Math.round(chart.valToPos(facts.normalUs, "y", true)) + 0.5;
  ctx.strokeStyle = palette.muted;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** A line of steps; it is broken where there is none, and its risers are thin, for they are not measured. */
function paintMedians(chart: uPlot, { range, series }: HistoryAnswer, palette: Palette): void {
  const { ctx } = chart;
  const thick = 2 * devicePixelRatio;
  const thin = devicePixelRatio;
  let before: number | undefined;
  eachColumn(chart, range, (column, { left, right }) => {
    const p50Us = series.latency[column]?.p50Us;
    const y = p50Us == null ? undefined : Math.round(chart.valToPos(p50Us, "y", true) - thick / 2);
    ctx.fillStyle = medianColour(series.results[column], palette);
    if (y !== undefined) ctx.fillRect(left, y, right - left, thick);
    if (y !== undefined && before !== undefined) {
      ctx.globalAlpha = 0.5;
      ctx.fillRect(left, Math.min(y, before), thin, Math.abs(y - before) + thick);
      ctx.globalAlpha = 1;
    }
    before = y;
  });
}

function fillBand({ ctx, valToPos }: uPlot, { left, right }: Place, from: number, to: number, alpha: number): void {
  const top = Math.round(valToPos(to, "y", true));
  const bottom = Math.round(valToPos(from, "y", true));
  ctx.globalAlpha = alpha;
  ctx.fillRect(left, top, right - left, Math.max(1, bottom - top));
  ctx.globalAlpha = 1;
}

function eachColumn(chart: uPlot, range: Range, act: (column: number, place: Place) => void): void {
  const xOf = (column: number) => Math.round(chart.valToPos(columnStartMs(range, column) / 1_000, "x", true));
  for (let column = 0; column < range.columns; column++) act(column, { left: xOf(column), right: xOf(column + 1) });
}

function withGap({ left, right }: Place): Place {
  return { left, right: right - left > 4 * devicePixelRatio ? right - Math.round(devicePixelRatio) : right };
}

function clipped({ ctx, bbox }: uPlot, act: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  act();
  ctx.restore();
}
