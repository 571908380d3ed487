import { type ComponentChild, h } from "preact";
import type { Condition } from "../../src/api/v1.ts";

/** Drawn on 16 by 16, with lines in the text's colour. */
const shapes = {
  ok: "M3.5 8.5l3 3 6-7",
  degraded: "M8 2.2 14.6 13.6H1.4zM8 6.4v3.4M8 11.7v.1",
  unreachable: "M4 4l8 8M12 4l-8 8",
  unknown: "M4 8h8",
  back: "M10 3.5 5.5 8l4.5 4.5",
  forward: "M6 3.5 10.5 8 6 12.5",
  fold: "M4 6l4 4 4-4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M3 13l1.2-1.2M11.8 4.2 13 3",
  moon: "M13 9.7A5.6 5.6 0 0 1 6.3 3a5.6 5.6 0 1 0 6.7 6.7z",
  table: "M2 3h12v10H2zM2 6.4h12M2 9.7h12M6.5 6.4V13",
  close: "M4 4l8 8M12 4l-8 8",
  download: "M8 2v8M4.6 6.8 8 10.2l3.4-3.4M2.5 13.5h11",
  pulse: "M1 8.6h3l1.8-4.8 3 8 1.7-3.2H15",
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, title }: { readonly name: IconName; readonly title?: string }): ComponentChild {
  const look = {
    class: "icon",
    viewBox: "0 0 16 16",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.7",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  };
  const path = h("path", { d: shapes[name] });
  if (title === undefined) return h("svg", { ...look, "aria-hidden": "true" }, path);
  return h("svg", { ...look, role: "img", "aria-label": title }, path);
}

/** A disc that says a condition by colour and by form. */
export function ConditionMark({ condition }: { readonly condition: Condition }): ComponentChild {
  return h("span", { class: `mark mark-${condition}` }, h(Icon, { name: condition, title: condition }));
}
