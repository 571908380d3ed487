import type { HistoryEvent } from "../../api/v1.ts";
import { type Result, results } from "../../outcome.ts";
import type { KnownTarget } from "../model.ts";
import type { ChangeRow } from "../store/store.ts";
import { zoneAt } from "../zone-at.ts";
import type { ReadHandshake } from "./minute-handshakes.ts";

const words: Record<Result, string> = {
  ok: "answered",
  timeout: "gave no answer",
  refused: "refused the connection: the host is up, the port is not open",
  reset: "reset the connection",
  unreachable: "unreachable: the network says so",
  local: "could not be tried: PinGo's machine's own trouble",
};

/** What a handshake is told as: itself, and before it (newest first) what it made of its target. */
export function eventsOfHandshake(record: ReadHandshake, startMs: number, known: KnownTarget): HistoryEvent[] {
  const result = results[record.result] ?? "local";
  const atMs = startMs + record.atMs;
  const common = { ...whose(known, atMs), atMs, result, synSent: record.synSent ?? null };
  const connectUs = record.connectUs ?? null;
  const itself = { ...common, kind: "handshake", text: textOf(result, record), connectUs } as const;
  if (!record.turns) return [itself];
  const none = { synSent: null, connectUs: null };
  if (result !== "ok") return [{ ...common, ...none, kind: "down", text: `is down: ${words[result]}` }, itself];
  const up = { ...common, ...none, kind: "up", result: null, text: "answers again" } as const;
  return (record.synSent ?? 1) > 1 ? [up, itself] : [up];
}

/** A change that is an event. */
export type ToldChange = ChangeRow & { readonly kind: HistoryEvent["kind"] };

export function eventOfChange(change: ToldChange, known: KnownTarget | undefined): HistoryEvent {
  const { atMs, kind, cluster, node, text } = change;
  const about = known === undefined ? { target: "", key: "", zone: "" } : whose(known, atMs);
  return { atMs, kind, ...about, cluster, node, result: null, text, synSent: null, connectUs: null };
}

/** With the zone that it was in then. */
function whose(known: KnownTarget, atMs: number) {
  const { cluster, node, address, key } = known.target;
  return { cluster, node, zone: zoneAt(known, atMs), target: address, key };
}

function textOf(result: Result, { code, synSent }: ReadHandshake): string {
  if (result !== "ok") return code === "" ? words[result] : `${words[result]} (${code})`;
  const again = (synSent ?? 1) - 1;
  return `answered after ${again === 1 ? "a SYN retransmit" : `${again} SYN retransmits`}`;
}
