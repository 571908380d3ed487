import { type ComponentChild, Fragment, h } from "preact";
import { useContext, useMemo } from "preact/hooks";
import type { Range, ZonesAnswer } from "../../src/api/v1.ts";
import type { Ink, Palette } from "../draw/palette.ts";
import type { BoardMeaning } from "../parts/board-controller.ts";
import { heatLegend, Legend, type LegendEntry } from "../parts/legend.ts";
import { Name } from "../parts/name.ts";
import { Empty, LoadingLine, ProblemNotice, Skeleton } from "../parts/notices.ts";
import { PageContext, type PageContextValue } from "../parts/page-context.ts";
import { StateLink } from "../parts/state-link.ts";
import { Strip } from "../parts/strip.ts";
import { StripBoard } from "../parts/strip-board.ts";
import { useAnswer } from "../parts/use-answer.ts";
import { useTitle } from "../parts/use-title.ts";
import { ViewTools } from "../parts/view-tools.ts";
import { type Measure, measures } from "../state/address.ts";
import { columnStartMs } from "../state/columns.ts";
import { duration, share, whole } from "../state/figures.ts";
import { shadeOf, shadeWords } from "../state/heat.ts";
import { zonesUrl } from "../state/questions.ts";
import { windowOf } from "../state/ranges.ts";
import { latencyPlace, lossPlace, type Span, spanOfLatency } from "../state/scales.ts";
import { span } from "../state/times.ts";
import { zoneLabel, zoneStrip } from "./rows.ts";
import { zoneState } from "./zone-section.ts";
import { ZoneTable } from "./zone-table.ts";

type Zone = ZonesAnswer["zones"][number];

const measureWords: Readonly<Record<Measure, string>> = {
  worst: "worst of all",
  loss: "handshakes lost",
  p50: "median round trip",
};

/** Clusters and zones by time. */
export function ZonesView(): ComponentChild {
  const { state } = useContext(PageContext);
  const question = zonesUrl(state);
  useTitle(undefined, "Zones");
  const answered = useAnswer<ZonesAnswer>(question);
  const { value } = answered;
  const scale = useMemo(() => spanOfLatency(value?.zones.flatMap(({ p50Us }) => p50Us) ?? []), [value]);
  return h(
    Fragment,
    null,
    h(LoadingLine, { isLoading: answered.isLoading }),
    h(ProblemNotice, { answered }),
    (value !== undefined || answered.problem === undefined) && h(Head, { question, scale }),
    value === undefined ? !answered.problem && h(Skeleton, { rows: 8 }) : h(Matrix, { answer: value, scale }),
  );
}

interface HeadProps {
  readonly question: string;
  readonly scale: Span;
}

function Head({ question, scale }: HeadProps): ComponentChild {
  const { state, palette } = useContext(PageContext);
  return h(
    Fragment,
    null,
    h("section", { class: "zones-head" }, h("h1", null, "Zones"), h(MeasureSwitch, null)),
    h(
      "div",
      { class: "under-headline" },
      h(Legend, { entries: legendOf(state.measure, palette, scale) }),
      h(ViewTools, { question }),
    ),
  );
}

function MeasureSwitch(): ComponentChild {
  const { state, go } = useContext(PageContext);
  const button = (measure: Measure) =>
    h(
      "button",
      { type: "button", key: measure, "aria-pressed": state.measure === measure, onClick: () => go({ measure }) },
      measureWords[measure],
    );
  return h("div", { class: "segments", role: "group", "aria-label": "what the cells show" }, ...measures.map(button));
}

interface MatrixProps {
  readonly answer: ZonesAnswer;
  readonly scale: Span;
}

function Matrix({ answer, scale }: MatrixProps): ComponentChild {
  const context = useContext(PageContext);
  const { range, zones } = answer;
  if (zones.length === 0) return h(Empty, { title: "No zones yet.", text: "PinGo knows of no node so far." });
  const clusters = [...new Set(zones.map(({ cluster }) => cluster))];
  return h(
    StripBoard,
    { label: "zones over time", meaning: meaningOf(range, zones, context) },
    ...clusters.map((cluster) =>
      h(
        "section",
        { key: cluster, class: "cluster", "aria-label": `cluster ${cluster}` },
        h("h2", null, cluster || "targets"),
        h(
          "ul",
          { class: "nodes zone-matrix" },
          ...zones
            .filter((zone) => zone.cluster === cluster)
            .map((zone) => h(ZoneLine, { key: zone.zone, zone, range, scale })),
        ),
      ),
    ),
  );
}

function ZoneLine({
  zone,
  range,
  scale,
}: {
  readonly zone: Zone;
  readonly range: Range;
  readonly scale: Span;
}): ComponentChild {
  const { state, palette } = useContext(PageContext);
  const label = zoneLabel(zone.zone);
  const inks = useMemo(() => inksOf(zone, state.measure, palette, scale), [zone, state.measure, palette, scale]);
  return h(
    "li",
    { class: "row zone-row matrix-row" },
    h(
      "div",
      { class: "row-name" },
      h(
        "h3",
        null,
        h(
          StateLink,
          { change: { view: "overview", cluster: zone.cluster, zone: zone.zone } },
          h(Name, { text: label }),
        ),
      ),
      h("span", { class: "figures muted" }, whole(zone.targets)),
    ),
    state.isTable
      ? h(ZoneTable, { zone, range })
      : h(Strip, { id: zoneStrip(zone), label: `zone ${label} over time`, inks }),
    h("div", { class: "row-state" }, ...zoneState(zone)),
  );
}

function inksOf(zone: Zone, measure: Measure, palette: Palette, scale: Span): Ink[] {
  const { inks, lossScale, latencyScale } = palette;
  const pick = (scaleInks: readonly Ink[], place: number | undefined) =>
    place === undefined ? inks.none : (scaleInks[place] ?? inks.none);
  if (measure === "loss") return zone.lossShare.map((one) => pick(lossScale, lossPlace(one, lossScale.length)));
  if (measure === "p50")
    return zone.p50Us.map((one) => pick(latencyScale, latencyPlace(one, scale, latencyScale.length)));
  return zone.heat.map((heat) => inks[shadeOf(heat)]);
}

function legendOf(measure: Measure, palette: Palette, scale: Span): LegendEntry[] {
  const noData = { text: "no data", inks: [palette.inks.none] };
  if (measure === "loss") return [{ text: "nothing lost, up to all", inks: palette.lossScale }, noData];
  if (measure === "p50")
    return [{ text: `${duration(scale.minUs)} to ${duration(scale.maxUs)}`, inks: palette.latencyScale }, noData];
  return heatLegend(palette);
}

function meaningOf(range: Range, zones: readonly Zone[], { go, nowMs }: PageContextValue): BoardMeaning {
  const find = (id: string) => zones.find((zone) => zoneStrip(zone) === id);
  return {
    range,
    describe: (id, column) => {
      const zone = find(id);
      if (zone === undefined) return undefined;
      const fromMs = columnStartMs(range, column);
      const when = span(fromMs, fromMs + range.stepMs, nowMs());
      return { title: `zone ${zoneLabel(zone.zone)}`, when, lines: linesOf(zone, column) };
    },
    open: (id) => {
      const zone = find(id);
      if (zone !== undefined) go({ view: "overview", cluster: zone.cluster, zone: zone.zone });
    },
    zoom: (fromMs, toMs) => go(windowOf(fromMs, toMs, nowMs())),
  };
}

function linesOf({ heat, lossShare, p50Us }: Zone, column: number): string[] {
  const loss = lossShare[column] ?? null;
  return [
    shadeWords[shadeOf(heat[column])],
    ...(loss === null ? [] : [`${share(loss, 1)} lost`]),
    ...(p50Us[column] == null ? [] : [`median ${duration(p50Us[column] ?? null)}`]),
  ];
}
