import { type ComponentChild, h } from "preact";
import { useContext } from "preact/hooks";
import type { Status } from "../../src/api/v1.ts";
import { moment } from "../state/times.ts";
import { PageContext } from "./page-context.ts";

/** What is to be known of the history before its strips are believed: that there is none, cannot be written, or begins anew. */
export function HistoryNotice({ history }: { readonly history: Status["history"] }): ComponentChild {
  const { state, nowMs } = useContext(PageContext);
  const { kind, problem, problemSinceMs, damagedMs } = history;
  const fromMs = (state.atMs ?? nowMs()) - state.rangeMs;
  const when = (atMs: number) => moment(atMs, nowMs());
  // What a Prometheus cannot say, the answer that is missing tells.
  const isTrouble = problem !== "" && kind !== "prometheus";
  const since = problemSinceMs === null ? "" : ` since ${when(problemSinceMs)}`;
  return [
    kind === "none" &&
      state.view === "overview" &&
      state.atMs === undefined &&
      notice(
        "calm",
        "This is now: no history is kept here.",
        "It runs with --history none. What was is not shown, and who is slow is not told from who is fine.",
      ),
    isTrouble &&
      notice(
        "warn",
        `PinGo\u2019s history is in trouble${since}.`,
        `${problem}. Nodes are probed all the same; what is shown may have gaps, and what cannot be written in time is lost.`,
      ),
    damagedMs !== null &&
      fromMs < damagedMs &&
      notice(
        "warn",
        `The history begins anew at ${when(damagedMs)}: its file was damaged.`,
        "What was before is in the file that was set aside, and not shown. The log has its name.",
      ),
  ];
}

function notice(look: "calm" | "warn", title: string, text: string): ComponentChild {
  return h(
    "div",
    { key: title, class: `notice notice-${look}`, role: "status" },
    h("strong", null, title),
    h("p", null, text),
  );
}
