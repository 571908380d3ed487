import { type ComponentChild, h } from "preact";
import { moment, parseSentence } from "../state/times.ts";

/** A sentence of the API with its moments in the reader's own time. */
export function Sentence({ text, nowMs }: { readonly text: string; readonly nowMs: number }): ComponentChild {
  const parts = parseSentence(text).map((part) =>
    typeof part === "string"
      ? part
      : h("time", { dateTime: new Date(part.atMs).toISOString() }, moment(part.atMs, nowMs)),
  );
  return h("span", null, ...parts);
}
