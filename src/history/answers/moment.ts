import { columnOf, type SteppedRange } from "../../api/range.ts";
import type { Condition } from "../../api/v1.ts";
import { worseHeat } from "../heat.ts";
import { type HistoryView, type KnownTarget, noHeat, type Silence } from "../model.ts";
import type { HeatColumns } from "./heat-columns.ts";
import { allLost, isBad, whyOf } from "./heat-words.ts";
import { type Turn, turnsIn } from "./turns.ts";

/** So much of the end of a range is looked at minute by minute, whatever its step: a longer step has its worst minute's heat. */
const recentMs = 900_000;
const minuteMs = 60_000;
/** From the question to the answer, on a busy machine. */
const askedWithinMs = 2_000;
/** So many minutes may have nothing in them, where probes are few, before nothing is known. */
const silentMinutes = 5;
/** Degraded is who had trouble in two of the last three minutes: one SYN sent again in five thousand nodes is no news. */
const lastMinutes = 3;
const badMinutes = 2;

const conditions: readonly Condition[] = ["ok", "degraded", "unreachable", "unknown"];

/** How a target is at a moment. */
export interface Standing {
  readonly condition: Condition;
  readonly sinceMs: number | null;
  readonly why: string;
}

interface Column {
  readonly startMs: number;
  readonly heat: Uint8Array;
}

/** The end of a range, where conditions are asked for: those of now, where it reaches to now, else what heat tells of then. */
export class Moment {
  readonly isLive: boolean;
  /** When that is. */
  readonly atMs: number;
  readonly #view: HistoryView;
  /** The newest first. */
  readonly #trail: readonly Column[];
  /** So many of them are near enough to tell of this moment. */
  readonly #near: number;
  /** So many bad ones make a target degraded. */
  readonly #badColumns: number;

  /** By id, once it was asked for: its place in `conditions`, and 1. */
  readonly #conditions: Uint8Array;

  /** Of the past: what turned within the minute of that moment. */
  readonly #turns: ReadonlyMap<number, Turn>;

  /** `ids`: one more than the greatest. `endMs`: the end that was asked for; the range's is that of a whole step. */
  constructor(view: HistoryView, range: SteppedRange, endMs: number, columns: HeatColumns, ids: number) {
    this.#view = view;
    this.#conditions = new Uint8Array(ids);
    this.isLive = reachesNow(view, endMs);
    this.atMs = Math.min(endMs, view.nowMs);
    this.#turns = this.isLive ? new Map() : turnsIn(view, this.atMs);
    const minutes = range.stepMs === minuteMs ? [] : lastMinutesOf(view, this.atMs);
    this.#trail = [...ownBefore(minutes[0], range, columns), ...minutes].toReversed();
    // Where minutes are not kept any more, the last of the longer steps has to do.
    const areMinutes = minutes.length > 0 || range.stepMs === minuteMs;
    const nearMs = areMinutes ? silentMinutes * minuteMs : range.stepMs;
    const far = this.#trail.findIndex(({ startMs }) => startMs < this.atMs - nearMs);
    this.#near = far === -1 ? this.#trail.length : far;
    this.#badColumns = areMinutes ? badMinutes : 1;
  }

  /** As in `standing()`, for who asks of thousands, and again. */
  condition(known: KnownTarget): Condition {
    const place = this.#conditions[known.id] ?? 0;
    if (place > 0) return conditions[place - 1] as Condition;
    const found = this.#find(known);
    this.#conditions[known.id] = conditions.indexOf(found) + 1;
    return found;
  }

  #find(known: KnownTarget): Condition {
    if (!isProbedAt(known, this.atMs)) return "unknown";
    if (!this.isLive) return this.#told(known.id);
    const { up, sinceMs, silence } = this.#view.live(known.id);
    if (up === undefined || silence !== undefined) return "unknown";
    return up ? (this.#isDegraded(known.id, sinceMs) ? "degraded" : "ok") : "unreachable";
  }

  /** Why nothing is known of a target that is probed; undefined where that is not known either, and of the past. */
  silence(known: KnownTarget): Silence | undefined {
    return this.isLive ? this.#view.live(known.id).silence : undefined;
  }

  standing(known: KnownTarget): Standing {
    const { id, leftMs } = known;
    const condition = this.condition(known);
    if (!isProbedAt(known, this.atMs)) return { condition, sinceMs: leftMs ?? null, why: "" };
    if (condition === "degraded") return { condition, ...this.#degradation(id) };
    if (!this.isLive) return { condition, ...this.#past(id, condition) };
    const { result = "", sinceMs = null, silence } = this.#view.live(id);
    if (silence !== undefined) return { condition, sinceMs: silence.sinceMs, why: silence.isLocal ? "local" : "" };
    return { condition, sinceMs, why: condition === "unreachable" ? result : "" };
  }

  /** What the last column that has anything says. */
  #told(id: number): Condition {
    const turn = this.#turns.get(id);
    if (turn?.isUp === false) return "unreachable";
    if (turn !== undefined) return this.#isDegraded(id, turn.sinceMs) ? "degraded" : "ok";
    const heat = this.#lastHeat(id);
    if (heat === noHeat) return "unknown";
    if (heat === allLost) return "unreachable";
    return this.#isDegraded(id, undefined) ? "degraded" : "ok";
  }

  #lastHeat(id: number): number {
    for (let index = 0; index < this.#near; index++) {
      const heat = heatAt(this.#trail, index, id);
      if (heat !== noHeat) return heat;
    }
    return noHeat;
  }

  /** What was before a node came back is no trouble of now: `backSinceMs`, or the last column in which nothing came through. */
  #isDegraded(id: number, backSinceMs: number | undefined): boolean {
    let [seen, bad] = [0, 0];
    for (let index = 0; index < this.#near && seen < lastMinutes; index++) {
      if (backSinceMs !== undefined && (this.#trail[index] as Column).startMs < backSinceMs) break;
      const heat = heatAt(this.#trail, index, id);
      if (heat === noHeat) continue;
      if (heat === allLost) break;
      seen++;
      bad += isBad[heat] as number;
    }
    return bad >= this.#badColumns;
  }

  #degradation(id: number) {
    let worst = 0;
    for (let index = 0; index < this.#near; index++) {
      worst = worseHeat(worst, heatAt(this.#trail, index, id));
    }
    return { sinceMs: this.#since(id, (heat) => isBad[heat] === 1), why: whyOf(worst) };
  }

  #past(id: number, condition: Condition) {
    const turn = this.#turns.get(id);
    if (turn?.isUp === false && turn.sinceMs !== undefined)
      return { sinceMs: turn.sinceMs, why: turn.result ?? "loss" };
    if (condition === "unreachable") return { sinceMs: this.#since(id, (heat) => heat === allLost), why: "loss" };
    return { sinceMs: null, why: "" };
  }

  /** The start of the first of those columns that go back without a break; null where they reach to the beginning. */
  #since(id: number, holds: (heat: number) => boolean): number | null {
    let sinceMs: number | null = null;
    let others = 0;
    for (let index = 0; index < this.#trail.length; index++) {
      const heat = heatAt(this.#trail, index, id);
      if (heat !== noHeat && holds(heat)) {
        sinceMs = (this.#trail[index] as Column).startMs;
        others = 0;
      } else if (++others >= badMinutes) return sinceMs;
    }
    return others > 0 ? sinceMs : null;
  }
}

/** Whether that is now: who asks for now has said so a moment ago. */
export function reachesNow({ nowMs }: HistoryView, endMs: number): boolean {
  return endMs >= nowMs - askedWithinMs;
}

/** Whether a target is probed then. */
export function isProbedAt({ joinedMs, leftMs }: KnownTarget, atMs: number): boolean {
  return joinedMs <= atMs && (leftMs === undefined || leftMs > atMs);
}

function heatAt(trail: readonly Column[], index: number, id: number): number {
  return (trail[index] as Column).heat[id] ?? noHeat;
}

function lastMinutesOf(view: HistoryView, atMs: number): Column[] {
  const endMs = Math.ceil(atMs / minuteMs) * minuteMs;
  return [...view.heat(minuteMs, endMs - recentMs, endMs)];
}

/** The range's own columns, but for that in which the minutes begin, which goes on in them, and those after. */
function ownBefore(firstMinute: Column | undefined, range: SteppedRange, columns: HeatColumns): Column[] {
  const end = firstMinute === undefined ? range.columns : columnOf(range, firstMinute.startMs);
  return columns
    .slice(0, Math.max(0, end))
    .flatMap((heat, column) => (heat === undefined ? [] : [{ startMs: range.fromMs + column * range.stepMs, heat }]));
}
