import type { TargetFacts } from "../../api/v1.ts";
import type { HistoryView, KnownTarget } from "../model.ts";
import { isProbedAt, type Moment } from "./moment.ts";

/** What is known of a target: facts as they are now, its condition at the moment. */
export function factsOf(view: HistoryView, moment: Moment, known: KnownTarget): TargetFacts {
  const { target, id, joinedMs, leftMs } = known;
  const { key, cluster, node, name, address, portName, addressType, zone, region, instanceType, os } = target;
  const facts = view.node(cluster, node);
  const { condition, sinceMs } = moment.standing(known);
  return {
    key,
    cluster,
    node,
    name,
    target: address,
    portName,
    addressType,
    zone,
    region,
    instanceType,
    os,
    isReady: facts === undefined ? null : facts.ready.status === "True",
    readyReason: facts?.ready.reason ?? "",
    isUnschedulable: facts?.unschedulable ?? null,
    isProbed: isProbedAt(known, view.nowMs),
    joinedMs,
    leftMs: leftMs ?? null,
    condition,
    sinceMs,
    normalUs: view.live(id).normalUs ?? null,
  };
}
