import { type ComponentChild, h } from "preact";
import { useContext } from "preact/hooks";
import type { Misread } from "../state/misread.ts";
import { PageContext } from "./page-context.ts";

/** Says that the address is not what is shown: whoever was sent it takes it for the moment that was meant. */
export function AddressNotice({ misread }: { readonly misread: readonly Misread[] }): ComponentChild {
  const { go } = useContext(PageContext);
  if (misread.length === 0) return null;
  return h(
    "div",
    { class: "notice notice-warn", role: "alert" },
    h("strong", null, "This is not all that the address says."),
    h(
      "ul",
      null,
      ...misread
        .slice(0, mostShown)
        .map(({ trouble, instead }) => h("li", { key: trouble }, `${trouble}: ${instead}.`)),
    ),
    h(
      "p",
      null,
      "Ask whoever sent it for the whole address, or ",
      h("button", { type: "button", class: "link", onClick: () => go({}, "replace") }, "go on without that"),
      ".",
    ),
  );
}

/** An address may be made of nothing else. */
const mostShown = 6;
