import { type ComponentChild, Fragment, h } from "preact";
import { useContext, useMemo, useRef, useState } from "preact/hooks";
import type { Heat, NodeRow, Overview, Range, ZoneRow } from "../../src/api/v1.ts";
import type { BoardMeaning } from "../parts/board-controller.ts";
import { Icon } from "../parts/icon.ts";
import { heatLegend, Legend } from "../parts/legend.ts";
import { Empty, LoadingLine, ProblemNotice, Skeleton } from "../parts/notices.ts";
import { PageContext, type PageContextValue } from "../parts/page-context.ts";
import { StateLink } from "../parts/state-link.ts";
import { StripBoard } from "../parts/strip-board.ts";
import type { TipText } from "../parts/tip.ts";
import { useAnswer } from "../parts/use-answer.ts";
import { ViewTools } from "../parts/view-tools.ts";
import { columnStartMs } from "../state/columns.ts";
import { counted } from "../state/figures.ts";
import { shadeOf, shadeWords } from "../state/heat.ts";
import { mostNodes, overviewNodes, overviewUrl } from "../state/questions.ts";
import { windowOf } from "../state/ranges.ts";
import { span } from "../state/times.ts";
import { Clusters, Headline } from "./headline.ts";
import { nodeStrip, zoneLabel, zoneStrip } from "./rows.ts";
import { Pager, ZoneSection } from "./zone-section.ts";

/** All at a glance: what is wrong on top, what is fine folded. */
export function OverviewView(): ComponentChild {
  const { state, palette } = useContext(PageContext);
  const [page, setPage] = useState(0);
  const isSearch = state.search !== "";
  const answered = useAnswer<Overview>(overviewUrl(state, overviewNodes(state, page)));
  const { value, isLoading } = answered;
  const question = overviewUrl(state, { nodes: "all", offset: 0, limit: mostNodes });
  return h(
    Fragment,
    null,
    h(LoadingLine, { isLoading }),
    h(ProblemNotice, { answered }),
    value === undefined
      ? !answered.problem && h(Skeleton, { rows: 14 })
      : h(
          Fragment,
          null,
          h(Headline, {
            headline: value.headline,
            nowMs: value.nowMs,
            atMs: value.isLive ? undefined : (state.atMs ?? value.range.toMs),
          }),
          h(Clusters, {
            clusters: value.clusters,
            nowMs: value.nowMs,
            isKnown: value.headline.condition !== "unknown",
          }),
          h(
            "div",
            { class: "under-headline" },
            h(Legend, { entries: heatLegend(palette) }),
            h(ViewTools, { question }),
          ),
          h(Filter, null),
          h(Zones, { overview: value, isSearch }),
          isSearch && h(Pager, { page, total: value.nodesTotal, turn: setPage }),
        ),
  );
}

/** What was chosen out of all, and the way back. */
function Filter(): ComponentChild {
  const { state } = useContext(PageContext);
  const { cluster, zone, search } = state;
  const chosen = [cluster, zone === undefined ? "" : zoneLabel(zone), search === "" ? "" : `\u201c${search}\u201d`];
  const text = chosen.filter((one) => one !== "").join(" / ");
  if (text === "") return false;
  const change = { cluster: "", zone: undefined, search: "" };
  return h(
    "p",
    { class: "filter" },
    "only ",
    h("strong", null, text),
    h(StateLink, { change, class: "quiet" }, h(Icon, { name: "close" }), "show all"),
  );
}

interface ZonesProps {
  readonly overview: Overview;
  readonly isSearch: boolean;
}

function Zones({ overview, isSearch }: ZonesProps): ComponentChild {
  const context = useContext(PageContext);
  const { range, zones, nodes, nodesTotal } = overview;
  const more = useRef(new Map<string, NodeRow>());
  const strips = useMemo(() => stripsOf(zones, nodes), [zones, nodes]);
  const sickOf = (row: ZoneRow) => nodes.filter(({ cluster, zone }) => cluster === row.cluster && zone === row.zone);
  const shown = isSearch ? zones.filter((row) => sickOf(row).length > 0) : zones;
  if (shown.length === 0) return h(Empty, emptyWords(overview, isSearch));
  const clusters = [...new Set(shown.map(({ cluster }) => cluster))];
  const showed = (rows: readonly NodeRow[]) => {
    for (const row of rows) more.current.set(nodeStrip(row.key), row);
  };
  const find = (id: string) => strips.get(id) ?? foundNode(more.current.get(id));
  return h(
    StripBoard,
    { label: "nodes over time", meaning: meaningOf(range, find, context) },
    ...clusters.map((cluster) =>
      h(
        "section",
        { key: cluster, class: "cluster", "aria-label": `cluster ${cluster}` },
        h("h2", null, cluster || "targets"),
        ...shown
          .filter((row) => row.cluster === cluster)
          .map((row) =>
            h(ZoneSection, {
              key: row.zone,
              row,
              range,
              sick: sickOf(row),
              isWhole: isSearch,
              isCut: nodesTotal > nodes.length,
              showed,
            }),
          ),
      ),
    ),
    !isSearch &&
      nodesTotal > nodes.length &&
      h(
        "p",
        { class: "muted more-sick" },
        `${counted(nodesTotal - nodes.length, "more node")} with trouble; each zone can be unfolded to all of its own.`,
      ),
  );
}

function emptyWords({ clusters, isLive }: Overview, isSearch: boolean): { title: string; text: string } {
  if (isSearch)
    return { title: "No node is called so.", text: "Part of a node\u2019s name or of its address will do." };
  if (!isLive) {
    return {
      title: "Nothing is known of then.",
      text: "The history begins later, or no node was known at that moment.",
    };
  }
  const names = clusters.map(({ cluster }) => cluster).join(", ");
  return {
    title: "No nodes yet.",
    text: names === "" ? "PinGo knows of no cluster so far." : `PinGo has not heard of any from ${names}.`,
  };
}

interface Found {
  readonly name: string;
  readonly heat: readonly Heat[];
  readonly node: NodeRow | undefined;
  readonly zone: ZoneRow | undefined;
}

/** By the id of the strip. */
function stripsOf(zones: readonly ZoneRow[], nodes: readonly NodeRow[]): ReadonlyMap<string, Found> {
  const strips = new Map<string, Found>();
  for (const zone of zones) {
    strips.set(zoneStrip(zone), { name: `zone ${zoneLabel(zone.zone)}`, heat: zone.heat, node: undefined, zone });
  }
  for (const node of nodes) strips.set(nodeStrip(node.key), foundNode(node));
  return strips;
}

function foundNode(node: NodeRow): Found;
function foundNode(node: NodeRow | undefined): Found | undefined;
function foundNode(node: NodeRow | undefined): Found | undefined {
  return node && { name: node.node, heat: node.heat, node, zone: undefined };
}

/** What the board's strips are about, and what becomes of a click and of a zoom. */
function meaningOf(
  range: Range,
  find: (id: string) => Found | undefined,
  { go, nowMs }: PageContextValue,
): BoardMeaning {
  return {
    range,
    describe: (id, column) => describe(find(id), range, column, nowMs()),
    open: (id) => {
      const { node, zone } = find(id) ?? {};
      if (node !== undefined) go({ view: "node", node: node.key });
      if (zone !== undefined) go({ cluster: zone.cluster, zone: zone.zone });
    },
    zoom: (fromMs, toMs) => go(windowOf(fromMs, toMs, nowMs())),
  };
}

export function describe(
  found: Pick<Found, "name" | "heat"> | undefined,
  range: Range,
  column: number,
  nowMs: number,
): TipText | undefined {
  if (found === undefined) return undefined;
  const fromMs = columnStartMs(range, column);
  const when = span(fromMs, fromMs + range.stepMs, nowMs);
  return { title: found.name, when, lines: [fromMs > nowMs ? "not yet" : shadeWords[shadeOf(found.heat[column])]] };
}
