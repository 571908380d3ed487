import type { Question } from "../../api/queries.ts";
import type { HistoryView } from "../model.ts";

/** Gives what is answered to a question: one of the types of api/v1.ts. */
export function answer(_view: HistoryView, _question: Question): unknown {
  throw new Error("not built");
}
