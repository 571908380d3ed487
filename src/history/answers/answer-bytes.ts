import { isProblem, type Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { HistoryView } from "../model.ts";
import { type Answers, answer } from "./answer.ts";
import { tables } from "./csv/tables.ts";

const encoder = new TextEncoder();

/** An answer as it is sent, JSON or CSV, for the thread that has the view: no other has any work with it. */
export function answerBytes(view: HistoryView, question: Question): Uint8Array<ArrayBuffer> | Problem {
  const given: Answers[keyof Answers] | Problem = answer(view, question);
  if (isProblem(given)) return given;
  if (question.format !== "csv") return encoder.encode(JSON.stringify(given));
  const write = tables[question.ask] as (answer: Answers[keyof Answers]) => string;
  return encoder.encode(write(given));
}
