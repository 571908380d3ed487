import { type ComponentChild, h } from "preact";
import { useContext } from "preact/hooks";
import type { Heat, Range } from "../../src/api/v1.ts";
import { columnStartMs } from "../state/columns.ts";
import { shadeOf, shadeWords, troubles } from "../state/heat.ts";
import { span } from "../state/times.ts";
import { PageContext } from "./page-context.ts";

/** A strip in words: when there was trouble, and what. */
export function TroubleList({
  heat,
  range,
}: {
  readonly heat: readonly Heat[];
  readonly range: Range;
}): ComponentChild {
  const { nowMs } = useContext(PageContext);
  const shades = heat.map(shadeOf);
  const rows = troubles(shades);
  if (rows.length === 0) {
    const isMeasured = shades.some((shade) => shade !== "none");
    return h("p", { class: "trouble-none" }, isMeasured ? "no trouble" : "no data");
  }
  return h(
    "table",
    { class: "trouble-table" },
    h(
      "thead",
      { class: "visually-hidden" },
      h("tr", null, h("th", { scope: "col" }, "when"), h("th", { scope: "col" }, "what")),
    ),
    h(
      "tbody",
      null,
      ...rows.map(({ from, to, shade }) =>
        h(
          "tr",
          { key: from },
          h("td", null, span(columnStartMs(range, from), columnStartMs(range, to), nowMs())),
          h("td", null, shadeWords[shade]),
        ),
      ),
    ),
  );
}
