import type { Question } from "../src/api/queries.ts";
import { answer } from "../src/history/answers/answer.ts";
import type { HistoryView } from "../src/history/model.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What the page asks: at its opening, when another range is chosen, when a node is clicked. */
export function questionsAt(endMs: number, key: string): Record<string, Question> {
  const last = (ms: number) => ({ fromMs: endMs - ms, toMs: endMs });
  const overview = { cluster: "", zone: undefined, search: "", offset: 0, limit: 200 } as const;
  const group = { key: undefined, cluster: "", zone: undefined };
  return {
    "overview, 24 h": { ask: "overview", query: { ...overview, ...last(dayMs), nodes: "sick" } },
    "overview, 1 h": { ask: "overview", query: { ...overview, ...last(hourMs), nodes: "sick" } },
    "overview, 7 d": { ask: "overview", query: { ...overview, ...last(7 * dayMs), nodes: "sick" } },
    "overview, all nodes, 24 h": { ask: "overview", query: { ...overview, ...last(dayMs), nodes: "all" } },
    "node, 24 h": { ask: "history", query: { ...group, ...last(dayMs), key } },
    "node, 7 d": { ask: "history", query: { ...group, ...last(7 * dayMs), key } },
    "everything, 7 d": { ask: "history", query: { ...group, ...last(7 * dayMs) } },
    "zones, 7 d": { ask: "zones", query: { ...last(7 * dayMs), cluster: "" } },
    "events, 7 d": {
      ask: "events",
      query: { ...group, ...last(7 * dayMs), kinds: [], before: undefined, limit: 200 },
    },
    "events of a node, 7 d": {
      ask: "events",
      query: { ...group, ...last(7 * dayMs), key, kinds: [], before: undefined, limit: 200 },
    },
    targets: { ask: "targets", query: { cluster: "", search: "", offset: 0, limit: 200 } },
  };
}

/** CPU time of each answer with its JSON, in milliseconds: of the first, and the median of the next ones. */
export function timeQuestions(view: HistoryView, endMs: number): Record<string, string> {
  const key = view.targets()[42]?.target.key ?? "";
  const times: Record<string, string> = {};
  for (const [name, question] of Object.entries(questionsAt(endMs, key))) {
    const cpuMs = Array.from({ length: 6 }, () => timeOne(view, question));
    const [first, ...next] = cpuMs;
    times[name] = `${first?.toFixed(1)}, then ${next.toSorted((a, b) => a - b)[2]?.toFixed(1)}`;
  }
  return times;
}

function timeOne(view: HistoryView, question: Question): number {
  const before = process.cpuUsage();
  JSON.stringify(answer(view, question));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
