import { type ComponentChild, h } from "preact";
import { useContext } from "preact/hooks";
import { asFile } from "../state/questions.ts";
import { Icon } from "./icon.ts";
import { PageContext } from "./page-context.ts";

/** What can be done with what is seen: read it as a table, take it along. */
export function ViewTools({ question }: { readonly question: string }): ComponentChild {
  const { state, go } = useContext(PageContext);
  return h(
    "div",
    { class: "view-tools" },
    h(
      "button",
      { type: "button", class: "quiet", "aria-pressed": state.isTable, onClick: () => go({ isTable: !state.isTable }) },
      h(Icon, { name: "table" }),
      "show as table",
    ),
    fileLink(question, "csv"),
    fileLink(question, "json"),
  );
}

function fileLink(question: string, format: "csv" | "json"): ComponentChild {
  const name = format.toUpperCase();
  const what = format === "csv" ? "all rows" : "what is seen";
  return h(
    "a",
    { class: "quiet", href: asFile(question, format), download: "", "aria-label": `download ${what} as ${name}` },
    h(Icon, { name: "download" }),
    name,
  );
}
