import { type ComponentChild, h, type TargetedEvent, type TargetedKeyboardEvent } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { PageState, View } from "../state/address.ts";
import { Icon } from "./icon.ts";
import { PageContext } from "./page-context.ts";
import { StateLink } from "./state-link.ts";

export const searchId = "search";

/** The name, the views, the search, and light or dark. */
export function TopBar(): ComponentChild {
  const { state, scheme, go } = useContext(PageContext);
  const other = scheme === "dark" ? "light" : "dark";
  return h(
    "header",
    { class: "top" },
    h(
      StateLink,
      { class: "brand", change: { view: "overview", cluster: "", zone: undefined, node: "", search: "" } },
      h("img", { src: iconUrl(), alt: "", width: 22, height: 22 }),
      h("span", null, "PinGo"),
    ),
    h("nav", { "aria-label": "views" }, viewLink("overview", "Overview", state), viewLink("zones", "Zones", state)),
    h(Search, null),
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": `${other} colours`,
        title: `${other} colours`,
        onClick: () => go({ theme: other }, "replace"),
      },
      h(Icon, { name: scheme === "dark" ? "sun" : "moon" }),
    ),
  );
}

function viewLink(view: View, text: string, state: PageState): ComponentChild {
  const isCurrent = state.view === view || (view === "overview" && state.view === "node");
  const change: Partial<PageState> = { view, node: "" };
  return h(StateLink, { key: view, class: "view-link", change, isCurrent }, text);
}

/** Where the page's own icon is: its address has the version of the page in it. */
function iconUrl(): string {
  return document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "";
}

/** Typing asks after a pause, and is one step of the browser's history. */
const pauseMs = 250;

function Search(): ComponentChild {
  const { state, go } = useContext(PageContext);
  const [text, setText] = useState(state.search);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(state.search), [state.search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = (value: string) => {
    const how = state.search === "" ? "push" : "replace";
    go({ search: value.trim(), view: "overview", node: "" }, how);
  };
  const typed = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(value), pauseMs);
  };
  const leave = (value: string, field: HTMLInputElement) => {
    setText(value);
    clearTimeout(timer.current);
    if (value.trim() !== state.search) ask(value);
    field.blur();
  };
  return h(
    "search",
    { class: "search" },
    h(Icon, { name: "search" }),
    h("input", {
      id: searchId,
      type: "search",
      placeholder: "node or address",
      "aria-label": "search nodes by name or address",
      "aria-keyshortcuts": "/",
      autoComplete: "off",
      spellcheck: false,
      value: text,
      onInput: (event: TargetedEvent<HTMLInputElement>) => typed(event.currentTarget.value),
      onKeyDown: (event: TargetedKeyboardEvent<HTMLInputElement>) => {
        const left = leftWith(event);
        if (left === undefined) return;
        event.preventDefault();
        leave(left, event.currentTarget);
      },
    }),
    h("kbd", { "aria-hidden": "true" }, "/"),
  );
}

/** What is searched for where a key leaves the field, so that the page's keys hold again, as in `pingo top`; undefined for all other keys. */
function leftWith({ key, isComposing, currentTarget }: TargetedKeyboardEvent<HTMLInputElement>): string | undefined {
  // An input method's own Enter and Esc are about what it composes.
  if (isComposing) return undefined;
  if (key === "Enter") return currentTarget.value;
  return key === "Escape" ? "" : undefined;
}
