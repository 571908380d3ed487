import { type ComponentChild, h } from "preact";
import type { ClusterState, Headline as HeadlineText } from "../../src/api/v1.ts";
import { ConditionMark, Icon } from "../parts/icon.ts";
import { Sentence } from "../parts/sentence.ts";
import { useTitle } from "../parts/use-title.ts";
import { whole } from "../state/figures.ts";
import { moment, readSentence } from "../state/times.ts";

interface HeadlineProps {
  readonly headline: HeadlineText;
  readonly nowMs: number;
  /** Undefined where it is of this moment. */
  readonly atMs: number | undefined;
}

const conditionWords = { ok: "fine", degraded: "degraded", unreachable: "trouble", unknown: "not known" };

/** How it stands, in one sentence, and read out when it changes. */
export function Headline({ headline, nowMs, atMs }: HeadlineProps): ComponentChild {
  const { condition, text, more } = headline;
  useTitle(condition, readSentence(capital(text), nowMs));
  return h(
    "section",
    { class: `headline headline-${condition}`, "aria-live": "polite", "aria-atomic": "true" },
    h("span", { class: `big-mark mark-${condition}` }, h(Icon, { name: condition, title: conditionWords[condition] })),
    h(
      "div",
      null,
      h("h1", null, h(Sentence, { text: capital(text), nowMs })),
      h(
        "p",
        { class: "more" },
        atMs !== undefined && h("span", { class: "as-of" }, `as of ${moment(atMs, nowMs)}`),
        ...more.map((sentence) => h("span", { key: sentence }, h(Sentence, { text: sentence, nowMs }))),
      ),
    ),
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface ClustersProps {
  readonly clusters: readonly ClusterState[];
  readonly nowMs: number;
  /** Where it is not, what is not reachable is not unreachable either. */
  readonly isKnown: boolean;
}

/** Each cluster's API and how many of its targets answer. */
export function Clusters({ clusters, nowMs, isKnown }: ClustersProps): ComponentChild {
  return h(
    "ul",
    { class: "clusters", "aria-label": "clusters" },
    ...clusters.map((one) => h("li", { key: one.cluster }, ...clusterParts(one, nowMs, isKnown))),
  );
}

function clusterParts(state: ClusterState, nowMs: number, isKnown: boolean): ComponentChild[] {
  const { cluster, targets, reachable } = state;
  const condition =
    targets === 0 || (!isKnown && reachable < targets)
      ? "unknown"
      : reachable === targets
        ? "ok"
        : reachable === 0
          ? "unreachable"
          : "degraded";
  return [
    h(ConditionMark, { condition }),
    h(
      "div",
      { class: "cluster-words" },
      h("strong", null, cluster || "targets"),
      h("span", { class: "figures" }, `${whole(reachable)} of ${whole(targets)} reachable`),
      // Of a file of targets there is none, and of the past it need not be known.
      state.isApiUp !== null &&
        h("span", { class: state.isApiUp ? "api" : "api is-down" }, apiText(state.isApiUp, state.apiSinceMs, nowMs)),
    ),
  ];
}

function apiText(isApiUp: boolean, apiSinceMs: number | null, nowMs: number): string {
  const since = apiSinceMs === null ? "" : ` since ${moment(apiSinceMs, nowMs)}`;
  return isApiUp ? "API answers" : `API does not answer${since}`;
}
