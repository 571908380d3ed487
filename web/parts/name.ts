import { type ComponentChild, h } from "preact";

/** Shorter ones fit wherever names stand. */
const longFrom = 26;
/** What tells nodes of one pool apart is at the end of their names. */
const tailLength = 10;

/** A node's name. Where there is no room for a long one its middle goes, and not what tells it from its neighbours. */
export function Name({ text }: { readonly text: string }): ComponentChild {
  if (text.length < longFrom) return text;
  const at = text.length - tailLength;
  return h(
    "span",
    { class: "long-name", title: text },
    h("span", { class: "name-head" }, text.slice(0, at)),
    text.slice(at),
  );
}
