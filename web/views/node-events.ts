import { type ComponentChild, Fragment, h } from "preact";
import { useContext, useState } from "preact/hooks";
import type { EventsAnswer, HistoryEvent } from "../../src/api/v1.ts";
import { ProblemNotice } from "../parts/notices.ts";
import { PageContext } from "../parts/page-context.ts";
import { useAnswer } from "../parts/use-answer.ts";
import { duration } from "../state/figures.ts";
import { eventsUrl } from "../state/questions.ts";
import { dayName, isSameDay, preciseTime } from "../state/times.ts";

const kindWords: Readonly<Record<HistoryEvent["kind"], string>> = {
  handshake: "handshake",
  down: "down",
  up: "up",
  ready: "Ready",
  joined: "joined",
  left: "left",
  zone: "zone",
  api: "API",
  pingo: "PinGo",
};

/** What happened, the newest first; older ones when they are asked for. */
export function NodeEvents(): ComponentChild {
  const [places, setPlaces] = useState<readonly (string | undefined)[]>([undefined]);
  const more = (next: string) => setPlaces((before) => [...before, next]);
  return h(
    "section",
    { class: "events", "aria-label": "events" },
    h("h2", null, "Events"),
    ...places.map((before, index) =>
      h(EventsPage, {
        key: before ?? "",
        before,
        isFirst: index === 0,
        more: index === places.length - 1 ? more : undefined,
      }),
    ),
  );
}

interface EventsPageProps {
  readonly before: string | undefined;
  readonly isFirst: boolean;
  /** Undefined where more is shown already. */
  readonly more: ((next: string) => void) | undefined;
}

function EventsPage({ before, isFirst, more }: EventsPageProps): ComponentChild {
  const { state } = useContext(PageContext);
  const answered = useAnswer<EventsAnswer>(eventsUrl(state, before));
  const { value } = answered;
  if (value === undefined) return h(Fragment, null, h(ProblemNotice, { answered }));
  if (value.events.length === 0)
    return h(
      "p",
      { class: "muted" },
      isFirst ? "Nothing happened in this time: no handshake failed, no SYN was sent again." : "",
    );
  const { next } = value;
  return h(
    Fragment,
    null,
    h(
      "ol",
      null,
      ...value.events.map((event, index) => h(Event, { key: `${event.atMs} ${index}`, event, nowMs: value.nowMs })),
    ),
    next !== null &&
      more !== undefined &&
      h("button", { type: "button", class: "quiet", onClick: () => more(next) }, "older events"),
  );
}

function Event({ event, nowMs }: { readonly event: HistoryEvent; readonly nowMs: number }): ComponentChild {
  const { atMs, kind, result, text, synSent, connectUs } = event;
  const day = isSameDay(atMs, nowMs) ? "" : `${dayName(atMs)} `;
  const details = [
    synSent !== null && synSent > 1 && !text.includes("SYN") ? `${synSent} SYNs` : "",
    connectUs === null ? "" : `connected in ${duration(connectUs)}`,
  ].filter((detail) => detail !== "");
  return h(
    "li",
    { class: `event event-${kind}` },
    h("time", { dateTime: new Date(atMs).toISOString() }, `${day}${preciseTime(atMs)}`),
    h(
      "span",
      { class: `tag tag-${tagOf(event)}` },
      kind === "handshake" && result !== null && result !== "ok" ? result : kindWords[kind],
    ),
    h("span", null, text, details.length > 0 && h("span", { class: "muted" }, ` \u00b7 ${details.join(", ")}`)),
  );
}

/** By how bad it is. */
function tagOf({ kind, result }: HistoryEvent): "bad" | "warn" | "good" | "plain" {
  if (kind === "down" || (kind === "handshake" && result !== "ok" && result !== "local")) return "bad";
  if (kind === "handshake" || kind === "ready" || kind === "api") return "warn";
  return kind === "up" ? "good" : "plain";
}
