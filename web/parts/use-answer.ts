import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { type Answered, Asker } from "../state/asker.ts";
import { PageContext, PulseContext } from "./page-context.ts";

const nothing = { value: undefined, problem: undefined, isLoading: true };

/** The answer to a question, asked again at every pulse. */
export function useAnswer<T extends { readonly nowMs: number }>(url: string): Answered<T> {
  const { answered: tellNow } = useContext(PageContext);
  const pulse = useContext(PulseContext);
  const [answered, setAnswered] = useState<Answered<T>>(nothing);
  const asker = useRef<Asker<T>>(undefined);
  useEffect(() => {
    asker.current = new Asker<T>(setAnswered);
    return () => asker.current?.close();
  }, []);
  // A pulse is what makes it ask again.
  useEffect(() => asker.current?.ask(url), [url, pulse]);
  useEffect(() => {
    if (answered.value !== undefined) tellNow(answered.value.nowMs);
  }, [answered.value, tellNow]);
  return answered;
}
