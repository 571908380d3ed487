import { isProblem, type Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { HistoryView } from "../model.ts";
import { answer } from "./answer.ts";
import { csvParts } from "./csv/parts.ts";

const encoder = new TextEncoder();

/** An answer as it is sent, JSON or CSV, for the thread that has the view: no other has any work with it. */
export function answerBytes(view: HistoryView, question: Question): Uint8Array<ArrayBuffer> | Problem {
  const given = question.format === "csv" ? csvParts(view, question) : answer(view, question);
  if (isProblem(given)) return given;
  return encoder.encode(question.format === "csv" ? [...(given as Iterable<string>)].join("") : JSON.stringify(given));
}
