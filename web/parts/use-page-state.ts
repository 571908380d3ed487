import { useCallback, useEffect, useState } from "preact/hooks";
import { formatAddress, type PageState, parseAddress } from "../state/address.ts";
import { type Misread, misreadIn } from "../state/misread.ts";
import type { PageContextValue } from "./page-context.ts";

interface Read {
  readonly state: PageState;
  /** Until something is chosen: then the address is one of the page's own. */
  readonly misread: readonly Misread[];
}

/** The page's state, which is its address; what of it was not understood; and what changes it. */
export function usePageState(): Read & { readonly go: PageContextValue["go"] } {
  const [read, setRead] = useState(readAddress);
  useEffect(() => {
    const follow = () => setRead(readAddress());
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  const go = useCallback<PageContextValue["go"]>((change, how = "push") => {
    setRead(({ state: before }) => {
      const state = { ...before, ...change };
      const address = formatAddress(state);
      if (how === "replace") history.replaceState(null, "", address);
      else if (address !== formatAddress(before)) history.pushState(null, "", address);
      return { state, misread: [] };
    });
  }, []);
  return { ...read, go };
}

function readAddress(): Read {
  return { state: parseAddress(location.search), misread: misreadIn(location.search) };
}
