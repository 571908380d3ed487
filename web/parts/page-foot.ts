import { type ComponentChild, h } from "preact";
import { useContext } from "preact/hooks";
import type { Status } from "../../src/api/v1.ts";
import { bytes } from "../state/figures.ts";
import { moment, roughly } from "../state/times.ts";
import { PageContext } from "./page-context.ts";

/** What is behind all that is seen: which PinGo, how often it probes, and how far back it can tell. */
export function PageFoot({ status }: { readonly status: Status }): ComponentChild {
  const { nowMs } = useContext(PageContext);
  const { version, startedMs, probeMs, latencyIs } = status;
  const facts = [
    `PinGo ${version}, running since ${moment(startedMs, nowMs())}`,
    `a handshake to each every ${probeMs < 1_000 ? `${probeMs} ms` : roughly(probeMs)}`,
    latencyWords[latencyIs ?? ""],
    historyWords(status.history, nowMs()),
  ];
  return h(
    "footer",
    { class: "foot" },
    ...facts.filter((fact) => fact !== "").map((fact) => h("span", { key: fact }, fact)),
    h("a", { href: "metrics" }, "metrics"),
    h("a", { href: "api/v1/openapi.json" }, "API"),
  );
}

const latencyWords = { rtt: "round trips as the kernel has them", connect: "connect times", "": "" } as const;

/** Why there is nothing to be seen before. */
function historyWords({ kind, sinceMs, bytes: size }: Status["history"], nowMs: number): string {
  if (kind === "none") return "no history";
  if (kind === "prometheus") return "history in a Prometheus";
  const since = sinceMs === null ? "" : ` since ${moment(sinceMs, nowMs)}`;
  return `history in ${kind === "file" ? "a file" : "memory"}${since}${size === null ? "" : `, ${bytes(size)}`}`;
}
