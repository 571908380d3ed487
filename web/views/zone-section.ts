import { type ComponentChild, Fragment, h } from "preact";
import { useContext, useState } from "preact/hooks";
import type { NodeRow, Overview, Range, ZoneRow } from "../../src/api/v1.ts";
import { ConditionMark, Icon } from "../parts/icon.ts";
import { Name } from "../parts/name.ts";
import { Skeleton } from "../parts/notices.ts";
import { PageContext } from "../parts/page-context.ts";
import { StateLink } from "../parts/state-link.ts";
import { useAnswer } from "../parts/use-answer.ts";
import { useKept } from "../parts/use-kept.ts";
import { type PageState, zoneId } from "../state/address.ts";
import { whole } from "../state/figures.ts";
import { nodesPerPage, overviewUrl } from "../state/questions.ts";
import { restWords } from "../state/rest-words.ts";
import { zoneWords } from "../state/zone-words.ts";
import { HeatStrip, NodeLine, zoneLabel, zoneStrip } from "./rows.ts";

interface ZoneSectionProps {
  readonly row: ZoneRow;
  readonly range: Range;
  /** Those of its nodes that had trouble, as far as they were answered. */
  readonly sick: readonly NodeRow[];
  /** Whether `sick` are all that the question fits, healthy ones too. */
  readonly isWhole: boolean;
  /** Whether there are more sick ones, of this zone or another. */
  readonly isCut: boolean;
  /** Told of the nodes that are shown beyond those. */
  readonly showed: (rows: readonly NodeRow[]) => void;
}

/** Sick nodes of one zone; more of them would push the other zones out of sight. */
const mostAtOnce = 8;

/** A zone: its own strip, its sick nodes, and its healthy ones behind a fold. */
export function ZoneSection({ row, range, sick, isWhole, isCut, showed }: ZoneSectionProps): ComponentChild {
  const { state, go } = useContext(PageContext);
  const id = zoneId(row.cluster, row.zone);
  const isOpen = state.open.includes(id) || (state.zone !== undefined && state.search === "");
  const isFolded = state.folded.includes(id);
  const label = zoneLabel(row.zone);
  const fold = () => go({ folded: toggled(state.folded, id) }, "replace");
  const open = () => go({ open: toggled(state.open, id) }, "replace");
  const shown = isWhole ? sick : sick.slice(0, mostAtOnce);
  const canFold = sick.length > 0 || isOpen;
  return h(
    "section",
    { class: "zone", "aria-label": `zone ${label}` },
    h(
      "div",
      { class: "row zone-row" },
      h(
        "div",
        { class: "row-name" },
        canFold
          ? h(
              "button",
              {
                type: "button",
                class: "fold",
                "aria-expanded": !isFolded,
                "aria-label": `nodes of zone ${label}`,
                onClick: fold,
              },
              h(Icon, { name: "fold" }),
            )
          : h("span", { class: "fold" }),
        h("h3", null, h(StateLink, { change: { cluster: row.cluster, zone: row.zone } }, h(Name, { text: label }))),
        h("span", { class: "figures muted" }, whole(row.targets)),
      ),
      h(HeatStrip, { id: zoneStrip(row), label: `zone ${label}`, heat: row.heat, range }),
      h("div", { class: "row-state" }, ...zoneState(row)),
    ),
    !isFolded && (isOpen ? h(AllNodes, { row, showed }) : h(NodeList, { rows: shown, range })),
    !isFolded &&
      !isWhole &&
      state.zone === undefined &&
      restFold(restWords({ targets: row.targets, sick, shown, isCut }), isOpen, open),
  );
}

export function NodeList({
  rows,
  range,
}: {
  readonly rows: readonly NodeRow[];
  readonly range: Range;
}): ComponentChild {
  const { nowMs } = useContext(PageContext);
  const todayMs = new Date(nowMs()).setHours(0, 0, 0, 0);
  const lines = useKept(rows, [range, todayMs], (row) => h(NodeLine, { key: row.key, row, range, todayMs }));
  return rows.length === 0 ? null : h("ul", { class: "nodes" }, ...lines);
}

export function zoneState(row: ZoneRow): ComponentChild[] {
  return zoneWords(row).map(({ condition, text }) =>
    condition === undefined
      ? h("span", { class: "muted" }, text)
      : h("span", { class: `why is-${condition}` }, h(ConditionMark, { condition }), text),
  );
}

/** What all other nodes of a zone are behind. */
function restFold(rest: string, isOpen: boolean, open: () => void): ComponentChild {
  if (rest === "" && !isOpen) return false;
  const look = { type: "button", class: "quiet rest-fold", "aria-expanded": isOpen } as const;
  return h("button", { ...look, onClick: open }, h(Icon, { name: "fold" }), isOpen ? "only those with trouble" : rest);
}

interface AllNodesProps {
  readonly row: ZoneRow;
  readonly showed: (rows: readonly NodeRow[]) => void;
}

/** All nodes of a zone, page by page, trouble on top. */
function AllNodes({ row, showed }: AllNodesProps): ComponentChild {
  const { state } = useContext(PageContext);
  const [page, setPage] = useState(0);
  const zone: PageState = { ...state, cluster: row.cluster, zone: row.zone };
  const answered = useAnswer<Overview>(
    overviewUrl(zone, { nodes: "all", offset: page * nodesPerPage, limit: nodesPerPage }),
  );
  const { value } = answered;
  if (value === undefined) return h(Skeleton, { rows: Math.min(row.targets, nodesPerPage) });
  showed(value.nodes);
  return h(
    Fragment,
    null,
    h(NodeList, { rows: value.nodes, range: value.range }),
    h(Pager, { page, total: value.nodesTotal, turn: setPage }),
  );
}

interface PagerProps {
  readonly page: number;
  readonly total: number;
  readonly turn: (page: number) => void;
}

export function Pager({ page, total, turn }: PagerProps): ComponentChild {
  if (total <= nodesPerPage) return null;
  const first = page * nodesPerPage;
  const last = Math.min(first + nodesPerPage, total);
  return h(
    "nav",
    { class: "pager", "aria-label": "pages of nodes" },
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "the nodes before",
        disabled: page === 0,
        onClick: () => turn(page - 1),
      },
      h(Icon, { name: "back" }),
    ),
    h("span", { class: "figures" }, `${whole(first + 1)}\u2013${whole(last)} of ${whole(total)}`),
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "the nodes after",
        disabled: last >= total,
        onClick: () => turn(page + 1),
      },
      h(Icon, { name: "forward" }),
    ),
  );
}

function toggled(list: readonly string[], item: string): readonly string[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}
