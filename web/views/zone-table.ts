import { type ComponentChild, h } from "preact";
import { useContext } from "preact/hooks";
import type { Range, ZonesAnswer } from "../../src/api/v1.ts";
import { PageContext } from "../parts/page-context.ts";
import { columnStartMs } from "../state/columns.ts";
import { duration, share, unknown } from "../state/figures.ts";
import { shadeOf, shadeWords } from "../state/heat.ts";
import { span } from "../state/times.ts";

interface ZoneTableProps {
  readonly zone: ZonesAnswer["zones"][number];
  readonly range: Range;
}

const heads = ["when", "how it was", "lost", "median"];

/** A zone's strip as a table, the newest on top. */
export function ZoneTable({ zone, range }: ZoneTableProps): ComponentChild {
  const { nowMs } = useContext(PageContext);
  const columns = Array.from({ length: range.columns }, (_, index) => range.columns - 1 - index);
  const row = (column: number) => {
    const fromMs = columnStartMs(range, column);
    const loss = zone.lossShare[column] ?? null;
    return h(
      "tr",
      { key: column },
      h("th", { scope: "row" }, span(fromMs, fromMs + range.stepMs, nowMs())),
      h("td", null, shadeWords[shadeOf(zone.heat[column])]),
      h("td", null, loss === null ? unknown : share(loss, 1)),
      h("td", null, duration(zone.p50Us[column] ?? null)),
    );
  };
  return h(
    "div",
    { class: "table-box low", role: "region", "aria-label": `zone ${zone.zone} as a table`, tabIndex: 0 },
    h(
      "table",
      { class: "figures-table" },
      h("thead", null, h("tr", null, ...heads.map((text) => h("th", { scope: "col", key: text }, text)))),
      h("tbody", null, ...columns.map(row)),
    ),
  );
}
