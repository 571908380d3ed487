import { type ComponentChild, h } from "preact";
import { useContext } from "preact/hooks";
import type { HistoryAnswer } from "../../src/api/v1.ts";
import { PageContext } from "../parts/page-context.ts";
import { columnStartMs } from "../state/columns.ts";
import { duration, whole } from "../state/figures.ts";
import { shadeOf, shadeWords } from "../state/heat.ts";
import { failures, told } from "../state/results.ts";
import { span } from "../state/times.ts";

const heads = ["when", "how it was", "median", "p90", "p99", "slowest", "handshakes", "failed", "SYN retransmits"];

/** What the charts show, as a table, the newest on top. */
export function NodeTable({ answer }: { readonly answer: HistoryAnswer }): ComponentChild {
  const columns = Array.from({ length: answer.range.columns }, (_, index) => answer.range.columns - 1 - index);
  return h(
    "div",
    { class: "table-box", role: "region", "aria-label": "measurements as a table", tabIndex: 0 },
    h(
      "table",
      { class: "figures-table" },
      h("thead", null, h("tr", null, ...heads.map((text) => h("th", { scope: "col", key: text }, text)))),
      h("tbody", null, ...columns.map((column) => h(Row, { key: column, answer, column }))),
    ),
  );
}

function Row({ answer, column }: { readonly answer: HistoryAnswer; readonly column: number }): ComponentChild {
  const { nowMs } = useContext(PageContext);
  const { range, series } = answer;
  const fromMs = columnStartMs(range, column);
  const latency = series.latency[column];
  const results = series.results[column];
  const cells = [
    shadeWords[shadeOf(series.heat[column])],
    duration(latency?.p50Us ?? null),
    duration(latency?.p90Us ?? null),
    duration(latency?.p99Us ?? null),
    duration(latency?.maxUs ?? null),
    results === undefined ? "" : whole(told(results)),
    results === undefined ? "" : failures(results),
    whole(series.synRetransmits[column] ?? 0),
  ];
  return h(
    "tr",
    null,
    h("th", { scope: "row" }, span(fromMs, fromMs + range.stepMs, nowMs())),
    ...cells.map((text, index) => h("td", { key: heads[index + 1] }, text)),
  );
}
