import { type ComponentChild, Fragment, h } from "preact";
import { useContext } from "preact/hooks";
import type { HistoryAnswer, Status, TargetFacts } from "../../src/api/v1.ts";
import { medianColours } from "../draw/paint-charts.ts";
import type { Palette } from "../draw/palette.ts";
import { Icon } from "../parts/icon.ts";
import { Legend, type LegendEntry } from "../parts/legend.ts";
import { Empty, LoadingLine, ProblemNotice, Skeleton } from "../parts/notices.ts";
import { PageContext } from "../parts/page-context.ts";
import { StateLink } from "../parts/state-link.ts";
import { useAnswer } from "../parts/use-answer.ts";
import { useTitle } from "../parts/use-title.ts";
import { ViewTools } from "../parts/view-tools.ts";
import { duration, share } from "../state/figures.ts";
import { historyUrl } from "../state/questions.ts";
import { lost, resultWords, told } from "../state/results.ts";
import { moment } from "../state/times.ts";
import { NodeCharts } from "./node-charts.ts";
import { NodeEvents } from "./node-events.ts";
import { NodeFacts } from "./node-facts.ts";
import { NodeTable } from "./node-table.ts";
import { zoneLabel } from "./rows.ts";

interface NodeViewProps {
  readonly latencyIs: Status["latencyIs"];
}

/** One node: how its network was and is, what happened, and what it is. */
export function NodeView({ latencyIs }: NodeViewProps): ComponentChild {
  const { state } = useContext(PageContext);
  const answered = useAnswer<HistoryAnswer>(historyUrl(state));
  const { value } = answered;
  return h(
    Fragment,
    null,
    h(LoadingLine, { isLoading: answered.isLoading }),
    h(ProblemNotice, { answered }),
    value === undefined ? !answered.problem && h(Skeleton, { rows: 12 }) : h(Loaded, { answer: value, latencyIs }),
  );
}

function Loaded({ answer, latencyIs }: NodeViewProps & { readonly answer: HistoryAnswer }): ComponentChild {
  const { state, palette, nowMs } = useContext(PageContext);
  const { facts, series } = answer;
  const latencyWord = latencyIs === "connect" ? "Connect time" : "Round trip";
  if (facts === null) return h(Empty, { title: "No such node.", text: "It is not in this history, or no longer." });
  const isEmpty = series.results.every((counts) => told(counts) === 0);
  return h(
    Fragment,
    null,
    h(NodeHeading, { facts, atMs: answer.isLive ? undefined : (state.atMs ?? answer.range.toMs) }),
    h(Totals, { answer }),
    h(
      "div",
      { class: "under-headline" },
      h(Legend, { entries: chartLegend(palette) }),
      h(ViewTools, { question: historyUrl(state) }),
    ),
    isEmpty &&
      h(Empty, { title: "No data in this time.", text: "The node was not probed then, or PinGo did not run." }),
    h(NodeCharts, { answer, latencyWord }),
    state.isTable && h(NodeTable, { answer }),
    h(
      "div",
      { class: "node-columns" },
      h(NodeEvents, { key: `${state.node} ${state.atMs} ${state.rangeMs}` }),
      h(NodeFacts, { facts, nowMs: nowMs() }),
    ),
  );
}

interface NodeHeadingProps {
  readonly facts: TargetFacts;
  readonly atMs: number | undefined;
}

function NodeHeading({ facts, atMs }: NodeHeadingProps): ComponentChild {
  const { nowMs } = useContext(PageContext);
  const { condition, node, cluster, zone } = facts;
  useTitle(condition, node);
  return h(
    "section",
    { class: `headline headline-${condition}` },
    h("span", { class: `big-mark mark-${condition}` }, h(Icon, { name: condition, title: condition })),
    h(
      "div",
      null,
      h(
        "p",
        { class: "crumbs" },
        h(StateLink, { change: { view: "overview", node: "" } }, h(Icon, { name: "back" }), "Overview"),
        h(StateLink, { change: { view: "overview", node: "", cluster, zone: undefined } }, cluster),
        h(StateLink, { change: { view: "overview", node: "", cluster, zone } }, zoneLabel(zone)),
      ),
      h("h1", null, node),
      h(
        "p",
        { class: "more", "aria-live": "polite" },
        atMs !== undefined && h("span", { class: "as-of" }, `as of ${moment(atMs, nowMs())}`),
        h("span", null, conditionSentence(facts, nowMs())),
      ),
    ),
  );
}

const conditionSentences = {
  ok: "reachable",
  degraded: "answers, but not well",
  unreachable: "unreachable",
  unknown: "not measured",
};

/** Ready and yet out of reach: that is the network, or this side's way to it. */
function conditionSentence({ condition, sinceMs, isReady }: TargetFacts, nowMs: number): string {
  const since = sinceMs === null ? "" : ` since ${moment(sinceMs, nowMs)}`;
  const said = `${conditionSentences[condition]}${since}`;
  if (isReady === null) return said;
  if (condition === "unreachable")
    return isReady ? `${said}, yet Ready in its cluster\u2019s eyes` : `${said}, and NotReady`;
  return isReady ? said : `${said}, yet NotReady in its cluster\u2019s eyes`;
}

function Totals({ answer }: { readonly answer: HistoryAnswer }): ComponentChild {
  const { total, facts } = answer;
  const tiles: readonly (readonly [string, string])[] = [
    ["median", duration(total.p50Us)],
    ["p99", duration(total.p99Us)],
    ["its normal", duration(facts?.normalUs ?? null)],
    ["handshakes lost", share(lost(total.results), told(total.results))],
    ["SYN retransmits", share(total.synRetransmits, total.synSent)],
  ];
  return h(
    "dl",
    { class: "totals" },
    ...tiles.map(([name, value]) => h("div", { key: name }, h("dt", null, name), h("dd", null, value))),
  );
}

function chartLegend(palette: Palette): LegendEntry[] {
  const solid = (fill: string) => ({ fill, height: 1 });
  const failed = resultWords.map((text, index) => ({ text, inks: [solid(palette.results[index] ?? palette.muted)] }));
  return [{ text: "median: nothing lost, some, many, most", inks: medianColours(palette).map(solid) }, ...failed];
}
