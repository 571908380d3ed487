import { sameLabels, type Target } from "../../target.ts";
import { decodeFacts } from "../codec/facts-codec.ts";
import { type KnownTarget, noPastZones, type PastZone } from "../model.ts";
import type { TargetRow } from "../store/store.ts";
import { notAfter, pastSince, withPast } from "./past-zones.ts";
import { idsAtMost } from "./running-minute.ts";

/** The targets that anything is kept of, by id. Ids are dense: they are places in columns. */
export class KnownTargets {
  readonly #byId: (KnownTarget | undefined)[] = [];
  readonly #ids = new Map<string, number>();
  /** Ids that were given back, ascending from the end: low ones first, so that columns stay short. */
  #free: number[] = [];
  /** Those that were probed when PinGo ended, and were not told of since. */
  readonly #unconfirmed = new Set<number>();
  /** Of them those that the file says to be probed, as they were loaded. */
  readonly #asInFile = new Set<number>();
  /** What the file does not know yet. */
  readonly #unwritten = new Set<number>();
  readonly #clusters = new Set<string>();
  readonly #strings = new Map<string, string>();
  #all: readonly KnownTarget[] | undefined;
  /** The latest moment at which any joined, left or came into another zone. */
  #lastMs = Number.NEGATIVE_INFINITY;

  /**
   * As the file has them; those that were probed to its end have left, unless they are told of again. Nobody left after
   * `latestMs`: a clock that was ahead may have said so.
   */
  load(rows: readonly TargetRow[], lastMs: number, latestMs: number): void {
    for (const { id, joinedMs, leftMs, target: json } of rows) {
      const facts = decodeFacts(json);
      const target = this.#interned(facts.target);
      const pastZones = notAfter(facts.pastZones, latestMs).map((past) => this.#past(past));
      const endMs = Math.min(leftMs ?? Math.max(joinedMs, lastMs), latestMs);
      this.#set(id, { id, target, joinedMs: Math.min(joinedMs, endMs), leftMs: endMs, pastZones });
      this.#ids.set(target.key, id);
      if (leftMs !== undefined) continue;
      this.#unconfirmed.add(id);
      this.#asInFile.add(id);
    }
    for (let id = this.#byId.length - 1; id >= 0; id--) if (this.#byId[id] === undefined) this.#free.push(id);
  }

  /** One more than the highest id. */
  get ids(): number {
    return this.#byId.length;
  }

  get size(): number {
    return this.#ids.size;
  }

  all(): readonly KnownTarget[] {
    this.#all ??= this.#byId.filter((known) => known !== undefined);
    return this.#all;
  }

  get(id: number): KnownTarget | undefined {
    return this.#byId[id];
  }

  idOf(key: string): number | undefined {
    return this.#ids.get(key);
  }

  knowsCluster(cluster: string): boolean {
    return this.#clusters.has(cluster);
  }

  /** Gives its id, and whether it was there all along; undefined where there are too many. */
  enter(target: Target, nowMs: number): { id: number; isNew: boolean } | undefined {
    const id = this.#ids.get(target.key) ?? this.#takeId();
    if (id === undefined) return undefined;
    const before = this.#byId[id];
    const isNew = before === undefined || (before.leftMs !== undefined && !this.#unconfirmed.has(id));
    this.#unconfirmed.delete(id);
    this.#ids.set(target.key, id);
    const isAsWritten = this.#asInFile.delete(id) && !isNew && isSame(before.target, target);
    const known = isAsWritten ? before.target : this.#interned(target);
    // Where the clock is behind the file, it still is known now.
    const joinedMs = isNew ? nowMs : Math.min(before.joinedMs, nowMs);
    const pastZones = this.#pastZones(before, target, nowMs);
    this.#set(id, { id, target: known, joinedMs, leftMs: undefined, pastZones });
    if (!isAsWritten) this.#unwritten.add(id);
    return { id, isNew };
  }

  relabel(id: number, target: Target, nowMs: number): void {
    const before = this.#byId[id];
    if (before === undefined) return;
    const pastZones = this.#pastZones(before, target, nowMs);
    this.#set(id, { ...before, target: this.#interned(target), pastZones });
    this.#unwritten.add(id);
  }

  leave(id: number, nowMs: number): void {
    const before = this.#byId[id];
    if (before === undefined) return;
    this.#asInFile.delete(id);
    this.#set(id, { ...before, leftMs: nowMs });
    this.#unwritten.add(id);
  }

  /** Nobody knows whether those that are probed still are. */
  doubtAll(nowMs: number): void {
    for (const { id, leftMs } of this.all()) {
      if (leftMs !== undefined) continue;
      this.leave(id, nowMs);
      this.#unconfirmed.add(id);
    }
  }

  /** Who was not told of by now has left; not later than now, whatever the clock said before. */
  settle(nowMs: number): void {
    for (const id of this.#unconfirmed) {
      const known = this.#byId[id];
      this.leave(id, Math.min(known?.leftMs ?? nowMs, nowMs));
    }
    this.#unconfirmed.clear();
  }

  /** The clock was put back: what was by the one before cannot have been after now. Who is known is known at any moment. */
  putBackTo(nowMs: number): void {
    if (nowMs >= this.#lastMs) return;
    this.#lastMs = nowMs;
    for (const known of this.all()) {
      const { id, joinedMs, leftMs } = known;
      if (this.#unconfirmed.has(id) || lastMsOf(known) <= nowMs) continue;
      const endMs = leftMs === undefined ? undefined : Math.min(leftMs, nowMs);
      const pastZones = notAfter(known.pastZones, nowMs);
      this.#set(id, { ...known, joinedMs: Math.min(joinedMs, nowMs), leftMs: endMs, pastZones });
      this.#unwritten.add(id);
    }
  }

  /** Forgets those that left before all that is kept; gives their ids, which can be others' from now on. */
  forgetBefore(oldestMs: number): number[] {
    const gone = this.all().filter(
      ({ id, leftMs }) => leftMs !== undefined && leftMs < oldestMs && !this.#unconfirmed.has(id),
    );
    for (const { id, target } of gone) {
      this.#ids.delete(target.key);
      this.#byId[id] = undefined;
      this.#unwritten.delete(id);
    }
    this.#forgetZonesBefore(oldestMs);
    if (gone.length === 0) return [];
    this.#all = undefined;
    const ids = gone.map(({ id }) => id);
    this.#free = [...this.#free, ...ids].sort((a, b) => b - a);
    return ids;
  }

  #forgetZonesBefore(oldestMs: number): void {
    for (const known of this.all()) {
      const pastZones = pastSince(known.pastZones, oldestMs);
      if (pastZones === known.pastZones || this.#byId[known.id] === undefined) continue;
      this.#set(known.id, { ...known, pastZones });
      this.#unwritten.add(known.id);
    }
  }

  /** What is to be written, and then `written`. */
  unwritten(): KnownTarget[] {
    return this.#knownOf(this.#unwritten);
  }

  /** Of it, some that can be written ahead: of those that are in doubt another minute knows more. */
  someUnwritten(atMost: number): KnownTarget[] {
    const ids: number[] = [];
    for (const id of this.#unwritten) {
      if (ids.length === atMost) break;
      if (!this.#unconfirmed.has(id)) ids.push(id);
    }
    return this.#knownOf(ids);
  }

  written(targets: readonly KnownTarget[]): void {
    for (const { id } of targets) this.#unwritten.delete(id);
  }

  #knownOf(ids: Iterable<number>): KnownTarget[] {
    return [...ids].map((id) => this.#byId[id]).filter((known) => known !== undefined);
  }

  #takeId(): number | undefined {
    return this.#free.pop() ?? (this.#byId.length < idsAtMost ? this.#byId.length : undefined);
  }

  #set(id: number, known: KnownTarget): void {
    // Ids below that are free are holes that `load` fills from the file.
    while (this.#byId.length < id) this.#byId.push(undefined);
    this.#byId[id] = known;
    this.#lastMs = Math.max(this.#lastMs, lastMsOf(known));
    this.#clusters.add(known.target.cluster);
    this.#all = undefined;
  }

  #pastZones(before: KnownTarget | undefined, { zone }: Target, nowMs: number): readonly PastZone[] {
    if (before === undefined) return noPastZones;
    const { target, pastZones } = before;
    if (target.zone !== zone) return withPast(pastZones, target.zone, nowMs, this.size);
    // One that was in doubt while the clock was put back.
    return notAfter(pastZones, nowMs);
  }

  #past({ zone, untilMs }: PastZone): PastZone {
    return { zone: this.#intern(zone), untilMs };
  }

  /** Tens of thousands of targets share a handful of zones, types and systems; from another thread each comes with strings of its own. */
  #interned(target: Target): Target {
    const { cluster, zone, region, instanceType, os, portName, addressType, node, name } = target;
    return {
      ...target,
      cluster: this.#intern(cluster),
      zone: this.#intern(zone),
      region: this.#intern(region),
      instanceType: this.#intern(instanceType),
      os: this.#intern(os),
      portName: this.#intern(portName),
      addressType: this.#intern(addressType),
      name: name === node ? node : name,
    };
  }

  #intern(text: string): string {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    // Whatever comes in as a label: those that would fill it are not worth it.
    if (this.#strings.size < 10_000) this.#strings.set(text, text);
    return text;
  }
}

/** When it last joined, left or came into another zone. */
function lastMsOf({ joinedMs, leftMs, pastZones }: KnownTarget): number {
  return Math.max(joinedMs, leftMs ?? joinedMs, pastZones.at(-1)?.untilMs ?? joinedMs);
}

/** Of two with one key, which has the address in it. */
function isSame(a: Target, b: Target): boolean {
  return a.host === b.host && a.port === b.port && sameLabels(a, b);
}
