import { type ComponentChild, h } from "preact";
import { useContext, useMemo } from "preact/hooks";
import type { Heat, NodeRow, Range, ZoneRow } from "../../src/api/v1.ts";
import { ConditionMark } from "../parts/icon.ts";
import { Name } from "../parts/name.ts";
import { PageContext } from "../parts/page-context.ts";
import { StateLink } from "../parts/state-link.ts";
import { Strip } from "../parts/strip.ts";
import { TroubleList } from "../parts/trouble-list.ts";
import { duration } from "../state/figures.ts";
import { shadeOf } from "../state/heat.ts";
import { moment } from "../state/times.ts";

/** Ids of strips on a board. */
export const nodeStrip = (key: string) => `node ${key}`;
export const zoneStrip = ({ cluster, zone }: Pick<ZoneRow, "cluster" | "zone">) => `zone ${cluster}/${zone}`;

export const zoneLabel = (zone: string) => zone || "no zone";

interface HeatStripProps {
  readonly id: string;
  readonly label: string;
  readonly heat: readonly Heat[];
  readonly range: Range;
}

/** Heat as a strip, or in words where a table is wanted. */
export function HeatStrip({ id, label, heat, range }: HeatStripProps): ComponentChild {
  const { palette, state } = useContext(PageContext);
  const inks = useMemo(() => heat.map((one) => palette.inks[shadeOf(one)]), [heat, palette]);
  if (state.isTable) return h(TroubleList, { heat, range });
  return h(Strip, { id, label: `${label} over time`, inks });
}

interface NodeLineProps {
  readonly row: NodeRow;
  readonly range: Range;
  /** The beginning of the day that it is. */
  readonly todayMs: number;
}

/** A target: what it is called, how it was, how it is. */
export function NodeLine({ row, range, todayMs }: NodeLineProps): ComponentChild {
  const { key, node, heat, condition } = row;
  return h(
    "li",
    { class: `row node-row is-${condition}` },
    h(
      "div",
      { class: "row-name" },
      h(ConditionMark, { condition }),
      h(StateLink, { class: "node-link", change: { view: "node", node: key } }, h(Name, { text: node })),
      row.portName !== "kubelet" && row.portName !== "" && h("span", { class: "port" }, row.portName),
    ),
    h(HeatStrip, { id: nodeStrip(key), label: node, heat, range }),
    h("div", { class: "row-state" }, ...stateParts(row, todayMs)),
  );
}

function stateParts({ condition, why, sinceMs, rttUs, isReady, isProbed }: NodeRow, nowMs: number): ComponentChild[] {
  const isFine = condition === "ok";
  const since = sinceMs === null ? "" : ` since ${moment(sinceMs, nowMs)}`;
  return [
    !isProbed && h("span", { class: "badge" }, "gone"),
    // Ready and yet out of reach is what tells the network from the node.
    isReady === false && h("span", { class: "badge badge-bad" }, "NotReady"),
    condition === "unreachable" && isReady === true && h("span", { class: "badge" }, "Ready"),
    isFine
      ? h("span", { class: "figures" }, rttUs === null ? "" : duration(rttUs))
      : h("span", { class: "why" }, `${why || condition}${since}`),
  ];
}
