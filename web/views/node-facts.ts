import { type ComponentChild, h } from "preact";
import type { TargetFacts } from "../../src/api/v1.ts";
import { duration, unknown } from "../state/figures.ts";
import { moment } from "../state/times.ts";

/** What the node's API says of it, and what is its normal. */
export function NodeFacts({ facts, nowMs }: { readonly facts: TargetFacts; readonly nowMs: number }): ComponentChild {
  const rows: readonly (readonly [string, string])[] = [
    ["address", facts.target],
    ["address type", facts.addressType],
    ["port", facts.portName],
    ["cluster", facts.cluster],
    ["zone", facts.zone],
    ["region", facts.region],
    ["instance type", facts.instanceType],
    ["system", facts.os],
    ["host name", facts.name],
    ["Ready", readyText(facts)],
    ["schedulable", facts.isUnschedulable === null ? "" : facts.isUnschedulable ? "no" : "yes"],
    ["its normal", facts.normalUs === null ? "not known yet" : duration(facts.normalUs)],
    ["probed", probedText(facts, nowMs)],
  ];
  return h(
    "section",
    { class: "facts", "aria-label": "facts" },
    h("h2", null, "Facts"),
    h(
      "dl",
      null,
      ...rows
        .filter(([, value]) => value !== "")
        .map(([name, value]) => h("div", { key: name }, h("dt", null, name), h("dd", null, value))),
    ),
  );
}

function readyText({ isReady, readyReason }: TargetFacts): string {
  if (isReady === null) return unknown;
  return readyReason === "" ? (isReady ? "yes" : "no") : `${isReady ? "yes" : "no"} (${readyReason})`;
}

function probedText({ joinedMs, leftMs, isProbed }: TargetFacts, nowMs: number): string {
  const since = joinedMs === null ? "" : `since ${moment(joinedMs, nowMs)}`;
  if (isProbed || leftMs === null) return since || "yes";
  return `${since} until ${moment(leftMs, nowMs)}`;
}
