import { useEffect, useState } from "preact/hooks";
import type { Scheme } from "../draw/palette.ts";
import type { Theme } from "../state/address.ts";

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Light or dark: as chosen, else as the system has it. Tells the style sheet. */
export function useScheme(theme: Theme): Scheme {
  const [isDark, setDark] = useState(prefersDark.matches);
  useEffect(() => {
    const follow = () => setDark(prefersDark.matches);
    prefersDark.addEventListener("change", follow);
    return () => prefersDark.removeEventListener("change", follow);
  }, []);
  const scheme = theme === "auto" ? (isDark ? "dark" : "light") : theme;
  useEffect(() => {
    document.documentElement.dataset.theme = scheme;
  }, [scheme]);
  return scheme;
}
