import { type ComponentChild, type ComponentChildren, h } from "preact";
import { useContext } from "preact/hooks";
import { formatAddress, type PageState } from "../state/address.ts";
import { PageContext } from "./page-context.ts";

interface StateLinkProps {
  readonly change: Partial<PageState>;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly label?: string;
  readonly children?: ComponentChildren;
}

/** A link to this page with something chosen otherwise: one that can be copied, and opened in a tab of its own. */
export function StateLink({ change, class: name, isCurrent, label, children }: StateLinkProps): ComponentChild {
  const { state, go } = useContext(PageContext);
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(change);
  };
  const href = formatAddress({ ...state, ...change });
  return h(
    "a",
    { href, class: name, "aria-current": isCurrent ? "page" : undefined, "aria-label": label, onClick: follow },
    children,
  );
}
