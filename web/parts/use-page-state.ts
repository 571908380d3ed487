import { useCallback, useEffect, useState } from "preact/hooks";
import { formatAddress, type PageState, parseAddress } from "../state/address.ts";
import type { PageContextValue } from "./page-context.ts";

/** The page's state, which is its address. */
export function usePageState(): [PageState, PageContextValue["go"]] {
  const [state, setState] = useState(() => parseAddress(location.search));
  useEffect(() => {
    const follow = () => setState(parseAddress(location.search));
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  const go = useCallback<PageContextValue["go"]>((change, how = "push") => {
    setState((before) => {
      const next = { ...before, ...change };
      const address = formatAddress(next);
      if (how === "replace") history.replaceState(null, "", address);
      else if (address !== formatAddress(before)) history.pushState(null, "", address);
      return next;
    });
  }, []);
  return [state, go];
}
