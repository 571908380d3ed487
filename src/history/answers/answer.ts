import type { Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { EventsAnswer, HistoryAnswer, Overview, TargetsAnswer, ZonesAnswer } from "../../api/v1.ts";
import type { HistoryView } from "../model.ts";
import { events } from "./events.ts";
import { history } from "./history.ts";
import { overview } from "./overview.ts";
import { targets } from "./targets.ts";
import { unknownPlaceOf } from "./unknown-place.ts";
import { zones } from "./zones.ts";

/** What is answered to each question. */
export interface Answers {
  readonly overview: Overview;
  readonly history: HistoryAnswer;
  readonly zones: ZonesAnswer;
  readonly events: EventsAnswer;
  readonly targets: TargetsAnswer;
}

/** Answers from what is kept. Pure: the same view gives the same answer. */
export function answer<Asked extends Question>(view: HistoryView, question: Asked): Answers[Asked["ask"]] | Problem;
export function answer(view: HistoryView, { ask, query }: Question): Answers[keyof Answers] | Problem {
  const nowhere = unknownPlaceOf(view, query);
  if (nowhere !== undefined) return nowhere;
  switch (ask) {
    case "overview":
      return overview(view, query);
    case "history":
      return history(view, query);
    case "zones":
      return zones(view, query);
    case "events":
      return events(view, query);
    case "targets":
      return targets(view, query);
  }
}
