import { type StepMs, stepsMs } from "../../api/queries.ts";
import type { SteppedRange } from "../../api/range.ts";
import type { ResultCounts } from "../../api/v1.ts";
import { decodeBlock } from "../codec/block-codec.ts";
import { decompress } from "../codec/compress.ts";
import { decodeHandshakes } from "../codec/handshake-codec.ts";
import { decodeZones } from "../codec/zone-codec.ts";
import { addBuckets, bucketOf, groupSize } from "../group-block.ts";
import { LatencySketch } from "../latency-sketch.ts";
import type { Bucket, EventScan, HistoryView, KnownTarget, LiveState, NodeState, ZoneBucket } from "../model.ts";
import { placesOf } from "../places.ts";
import { addHeat, addZones } from "../step-sums.ts";
import type { ChangeRow, Level, Store } from "../store/store.ts";
import { apisAt } from "./apis-at.ts";
import type { Archive } from "./archive.ts";
import { type ClosedMinute, startOfStep } from "./closed-minute.ts";
import type { Intake } from "./intake.ts";
import type { ReadHandshake } from "./minute-handshakes.ts";
import { QuietSteps } from "./quiet-steps.ts";
import { bucketIn } from "./running-minute.ts";
import { type FoundMinute, scanEvents } from "./scan-events.ts";
import { levelOf, type StepOf, type StepSource, stepsOverTime } from "./steps-over-time.ts";

const changesAtOnce = 500;
/** Of an API that comes and goes: one of another cluster that has been as it is for longer is not known of then. */
const apiChangesAtMost = 2_000;
/** What opening a minute's handshakes costs, or the counts of a step, and looking for a minute's row, in events. */
const minuteEffort = 20;
const stepEffort = 40;
const rowEffort = 0.4;
/** In a step of this level the handshakes of one target are looked for before its counts are asked again. */
const scannedAtOnce = 1;

/** What questions are answered from: the file, the minutes that are not in it yet, and the one that goes on. */
export class KeeperView implements HistoryView {
  readonly #intake: Intake;
  readonly #archive: Archive;

  constructor(intake: Intake, archive: Archive) {
    this.#intake = intake;
    this.#archive = archive;
  }

  get nowMs(): number {
    return this.#intake.nowMs;
  }

  get sinceMs(): number | undefined {
    const runs = this.#intake.minute.handshakes > 0 ? this.#intake.minuteStartMs : undefined;
    const firstMs = this.#archive.firstMs();
    if (firstMs === undefined || runs === undefined) return firstMs ?? runs;
    return Math.min(firstMs, runs);
  }

  targets(): readonly KnownTarget[] {
    return this.#intake.known.all();
  }

  target(key: string): KnownTarget | undefined {
    const id = this.#intake.known.idOf(key);
    return id === undefined ? undefined : this.#intake.known.get(id);
  }

  live(id: number): LiveState {
    const { states, normals, nowMs } = this.#intake;
    const result = states.resultOf(id);
    return {
      up: result === undefined ? undefined : result === "ok",
      result,
      sinceMs: states.sinceMsOf(id),
      lastRttUs: states.latencyUsOf(id),
      normalUs: normals.of(id),
      silence: states.silenceOf(id, nowMs),
    };
  }

  node(cluster: string, node: string): NodeState | undefined {
    return this.#intake.clusters.node(cluster, node);
  }

  apis() {
    return this.#intake.clusters.apis;
  }

  apisAt(atMs: number) {
    const before = this.#apiChanges(atMs, "before");
    return apisAt(atMs, this.apis(), { before, after: this.#apiChanges(atMs, "after") });
  }

  places({ stepMs, fromMs, toMs }: SteppedRange) {
    return placesOf(this.targets(), this.apis(), this.zones(stepMs, fromMs, toMs));
  }

  *heat(stepMs: StepMs, fromMs: number, toMs: number): Generator<{ startMs: number; heat: Uint8Array }> {
    const source = this.#source<Uint8Array>({
      row: ({ heat }) => heat,
      running: () => this.#intake.summary().heat,
      rows: (level, from, to) =>
        this.#archive.read((store) =>
          store.heat(level, from, to).map(({ startMs, data }) => ({ startMs, value: decompress(data) })),
        ),
      add: addHeat,
    });
    for (const { startMs, value } of stepsOverTime(source, levelOf(stepMs), fromMs, toMs)) {
      yield { startMs, heat: value };
    }
  }

  *zones(stepMs: StepMs, fromMs: number, toMs: number): Generator<{ startMs: number; zones: readonly ZoneBucket[] }> {
    const source = this.#source<readonly ZoneBucket[]>({
      row: ({ zones }) => (zones === undefined ? undefined : decodeZones(zones)),
      running: () => this.#intake.summary().zones,
      rows: (level, from, to) =>
        this.#archive.read((store) =>
          store.zones(level, from, to).map(({ startMs, data }) => ({ startMs, value: decodeZones(data) })),
        ),
      add: addZones,
    });
    for (const { startMs, value } of stepsOverTime(source, levelOf(stepMs), fromMs, toMs)) {
      yield { startMs, zones: value };
    }
  }

  *buckets(stepMs: StepMs, id: number, fromMs: number, toMs: number): Generator<{ startMs: number; bucket: Bucket }> {
    const group = Math.floor(id / groupSize);
    const read = (data: Uint8Array | undefined) =>
      data === undefined ? undefined : bucketOf(decodeBlock(data), id % groupSize);
    const source = this.#source<Bucket>({
      row: ({ blocks }) => read(blocks.get(group)),
      running: () => this.#runningBucket(id),
      rows: (level, from, to) => this.#bucketRows(level, from, to, group, read),
      add: addBuckets,
    });
    for (const { startMs, value } of stepsOverTime(source, levelOf(stepMs), fromMs, toMs)) {
      yield { startMs, bucket: value };
    }
  }

  events(query: EventScan) {
    const quiet = query.id === undefined ? undefined : new QuietSteps(query.id);
    return scanEvents(
      {
        minuteBefore: (beforeMs) => this.#minuteBefore(beforeMs, query.fromMs, quiet),
        changes: (fromMs, toMs, of) => this.#changes(fromMs, toMs, of),
        known: (id) => this.#intake.known.get(id),
      },
      query,
    );
  }

  /** Adds to what the file has what is not in it yet. */
  #source<T>(parts: {
    readonly row: (minute: ClosedMinute) => T | undefined;
    readonly running: () => T | undefined;
    readonly rows: StepSource<T>["rows"];
    readonly add: StepSource<T>["add"];
  }): StepSource<T> {
    const { row, running, rows, add } = parts;
    return {
      rows,
      add,
      rolledUpTo: (level) => this.#archive.read((store) => store.rolledUpTo(level)),
      unwritten: (fromMs, toMs) => {
        const minutes = this.#archive.pending.map((minute) => ({ startMs: minute.startMs, value: () => row(minute) }));
        if (this.#intake.minute.handshakes > 0) minutes.push({ startMs: this.#intake.minuteStartMs, value: running });
        return minutes
          .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
          .sort((a, b) => a.startMs - b.startMs)
          .map(({ startMs, value }) => ({ startMs, value: value() }))
          .filter((step): step is StepOf<T & {}> => step.value !== undefined);
      },
    };
  }

  *#bucketRows(
    level: Level,
    fromMs: number,
    toMs: number,
    group: number,
    read: (data: Uint8Array | undefined) => Bucket | undefined,
  ): Generator<StepOf<Bucket>> {
    const [firstMs, lastMs] = this.#archive.read((store) => [store.firstStep(level, fromMs), store.lastStep(level)]);
    const step = stepsMs[level];
    for (let startMs = firstMs ?? toMs; startMs < toMs && startMs <= (lastMs ?? 0); startMs += step) {
      const value = this.#archive.read((store) => read(store.block(level, startMs, group)));
      if (value !== undefined) yield { startMs, value };
    }
  }

  #runningBucket(id: number): Bucket | undefined {
    const { minute } = this.#intake;
    if (id >= minute.ids) return undefined;
    const results = [...minute.resultsOf(id)] as unknown as ResultCounts;
    if (results.every((count) => count === 0)) return undefined;
    const latencies = minute.latenciesOf(id);
    const latency = new LatencySketch();
    for (const value of latencies) latency.addTo(bucketIn(value), 1);
    return { results, ...minute.synsOf(id), latency };
  }

  /** Of one target where there are `quiet` steps of it. */
  #minuteBefore(beforeMs: number, fromMs: number, quiet: QuietSteps | undefined): FoundMinute | undefined {
    const id = quiet?.id;
    const stored = this.#archive.read((store) =>
      quiet === undefined ? allBefore(store, beforeMs) : ofTargetBefore(store, beforeMs, fromMs, quiet),
    );
    const { handshakes, minuteStartMs } = this.#intake;
    const isRunning = handshakes.size > 0 && minuteStartMs < beforeMs;
    const pending = this.#archive.pending.filter((minute) => minute.handshakes.size > 0 && minute.startMs < beforeMs);
    const starts = [stored?.startMs, isRunning ? minuteStartMs : undefined, ...pending.map((minute) => minute.startMs)];
    const startMs = Math.max(-1, ...starts.filter((start) => start !== undefined));
    if (startMs === -1) return undefined;
    const unwritten = pending.filter((minute) => minute.startMs === startMs);
    // Hundreds of thousands of them would not go through the arguments of one call.
    const records = [
      ...unwritten.flatMap((minute) => readGroups(minute.handshakes, id)),
      ...(stored?.startMs === startMs ? stored.records : []),
      ...(isRunning && minuteStartMs === startMs ? handshakes.read(id) : []),
    ];
    return { startMs, records, effort: stored?.effort ?? 1 };
  }

  /** From a moment back, or on; those that are not written yet among them. */
  #apiChanges(atMs: number, side: "before" | "after"): ChangeRow[] {
    const isBefore = side === "before";
    const isSought = ({ kind, atMs: at }: ChangeRow) =>
      (kind === "api" || kind === "api up" || kind === "pingo") && isBefore === at <= atMs;
    const unwritten = this.#unwrittenChanges().filter(isSought);
    const stored = this.#archive.read((store) => store.apiChanges(atMs, side, apiChangesAtMost));
    return isBefore
      ? [...unwritten.reverse(), ...stored].sort((a, b) => b.atMs - a.atMs)
      : [...stored, ...unwritten].sort((a, b) => a.atMs - b.atMs);
  }

  #unwrittenChanges(): ChangeRow[] {
    return [...this.#archive.pending.flatMap(({ changes }) => changes), ...this.#intake.changes];
  }

  /** First those that are not written, which are of these minutes; then the file's, page by page. */
  *#changes(fromMs: number, toMs: number, of: KnownTarget | undefined): Generator<ChangeRow> {
    const isSought = ({ atMs, cluster, node }: ChangeRow) =>
      atMs >= fromMs && atMs < toMs && (of === undefined || (cluster === of.target.cluster && node === of.target.node));
    const unwritten = this.#unwrittenChanges()
      .filter(isSought)
      .reverse()
      .sort((a, b) => b.atMs - a.atMs);
    for (const change of this.#storedChanges(fromMs, toMs, of)) {
      while (unwritten.length > 0 && (unwritten[0] as ChangeRow).atMs >= change.atMs)
        yield unwritten.shift() as ChangeRow;
      yield change;
    }
    yield* unwritten;
  }

  *#storedChanges(fromMs: number, toMs: number, of: KnownTarget | undefined): Generator<ChangeRow> {
    for (let skip = 0; ; skip += changesAtOnce) {
      const page = this.#archive.read((store) => store.changes(fromMs, toMs - 1, changesAtOnce, of?.target, skip));
      yield* page;
      if (page.length < changesAtOnce) return;
    }
  }
}

function allBefore(store: Store, beforeMs: number): FoundMinute | undefined {
  const minute = store.handshakesBefore(beforeMs);
  return minute && { startMs: minute.startMs, records: readGroups(minute.groups, undefined), effort: minuteEffort };
}

function ofTargetBefore(
  store: Store,
  beforeMs: number,
  askedFromMs: number,
  quiet: QuietSteps,
): FoundMinute | undefined {
  const { id } = quiet;
  const keptFromMs = store.firstHandshakes();
  if (keptFromMs === undefined) return undefined;
  const firstMs = Math.max(keptFromMs, startOfStep(0, askedFromMs));
  const end = Math.min(beforeMs, (store.lastStep(0) ?? 0) + stepsMs[0]);
  if (firstMs >= end) return undefined;
  const openedBefore = quiet.opened;
  const toldMs = quiet.lastTold(store, end, firstMs);
  if (toldMs <= firstMs) return undefined;
  const group = Math.floor(id / groupSize);
  const fromMs = Math.max(firstMs, startOfStep(scannedAtOnce, toldMs - 1));
  const row = store.groupHandshakesBefore(toldMs, fromMs, group);
  const startMs = row?.startMs ?? fromMs;
  const rows = (toldMs - startMs) / stepsMs[0];
  const effort = minuteEffort + (quiet.opened - openedBefore) * stepEffort + rows * rowEffort;
  return { startMs, records: row === undefined ? [] : readGroups(new Map([[group, row.data]]), id), effort };
}

function readGroups(groups: ReadonlyMap<number, Uint8Array>, id: number | undefined): ReadHandshake[] {
  const sought = id === undefined ? undefined : Math.floor(id / groupSize);
  const records: ReadHandshake[] = [];
  for (const [group, data] of groups) {
    if (sought !== undefined && group !== sought) continue;
    for (const { offset, ...record } of decodeHandshakes(data)) {
      const of = group * groupSize + offset;
      if (id === undefined || of === id) records.push({ ...record, id: of });
    }
  }
  return records;
}
