import { stepsMs } from "../../api/queries.ts";
import type { Log } from "../../log.ts";
import { decodeBlock } from "../codec/block-codec.ts";
import { decodeZones } from "../codec/zone-codec.ts";
import { bucketOf, groupSize } from "../group-block.ts";
import type { HistoryView } from "../model.ts";
import type { Level, Store } from "../store/store.ts";
import type { Changed, KeeperSetUp, KeeperStatus, Order, Refusal } from "../thread/protocol.ts";
import { Archive } from "./archive.ts";
import { startOfStep } from "./closed-minute.ts";
import { Intake } from "./intake.ts";
import { KeeperView } from "./keeper-view.ts";

/** So far back are normals learned anew when a history is opened. */
const normalsOfMs = 86_400_000;
/** Targets that are written at once. */
const targetsAtOnce = 500;

/**
 * The history itself: takes in what happens, writes it minute by minute, and shows what is kept. It has no clock and no
 * timer: whoever has it says what time it is, and gives it time to work.
 */
export class HistoryKeeper {
  readonly #intake: Intake;
  readonly #archive: Archive;
  readonly view: HistoryView;
  /** The minute in which targets were last forgotten. */
  #forgottenAtMs = 0;

  private constructor(intake: Intake, archive: Archive) {
    this.#intake = intake;
    this.#archive = archive;
    this.view = new KeeperView(intake, archive);
  }

  static open(setUp: KeeperSetUp, log: Log): HistoryKeeper | Refusal {
    const archive = Archive.open({ ...setUp, log });
    if (!(archive instanceof Archive)) return archive;
    const intake: Intake = new Intake(setUp.nowUnixMs, (minute) => archive.keep(minute, intake.nowMs));
    archive.targets = () => intake.known.all();
    load(intake, archive);
    if (!setUp.isReplacement) intake.tell({ ...pingoChange, atMs: setUp.nowUnixMs, text: "PinGo started" });
    return new HistoryKeeper(intake, archive);
  }

  get status(): KeeperStatus {
    const { known, latencyIs, dropped, minute } = this.#intake;
    const { problem, problemSinceMs, writtenMinutes, droppedMinutes, damagedFiles, damagedMs } = this.#archive;
    return {
      sinceMs: this.view.sinceMs,
      bytes: this.#archive.bytes(),
      problem,
      problemSinceMs,
      latencyIs,
      writtenMinutes,
      droppedMinutes,
      droppedRecords: dropped,
      unwrittenMinutes: this.#archive.unwrittenMinutes,
      unwrittenRecords: minute.handshakes,
      damagedFiles,
      damagedMs,
      targets: known.size,
    };
  }

  take(orders: readonly Order[], nowUnixMs: number): void {
    for (const order of orders) this.#intake.take(order);
    this.tick(nowUnixMs);
  }

  /** It is `nowUnixMs`: a minute that is over is written. */
  tick(nowUnixMs: number): void {
    this.#intake.tick(nowUnixMs);
  }

  /** Does one bite of what can wait: longer steps, retention, what could not be written before. False where there is nothing. */
  work(): boolean {
    const { nowMs, minuteStartMs } = this.#intake;
    if (this.#writeTargets()) return true;
    if (this.#archive.work(nowMs, minuteStartMs)) return true;
    this.#forgetTargets();
    return false;
  }

  /** Targets whose condition changed since the last call; undefined where none did. */
  takeChanged(): Changed | undefined {
    return this.#intake.changed.take();
  }

  /** Writes what there is and closes the file. */
  close(nowUnixMs: number): void {
    this.tick(nowUnixMs);
    this.#intake.tell({ ...pingoChange, atMs: nowUnixMs, text: "PinGo stopped" });
    this.#intake.close();
    this.#archive.close(nowUnixMs);
  }

  /** A few: tens of thousands that join together would hold the end of their minute up. */
  #writeTargets(): boolean {
    const { known, nowMs } = this.#intake;
    const some = known.someUnwritten(targetsAtOnce);
    if (some.length === 0 || !this.#archive.putTargets(some, nowMs)) return false;
    known.written(some);
    return true;
  }

  /** Once a minute at most: what is kept begins later only when one is over. */
  #forgetTargets(): void {
    const { minuteStartMs, known, nowMs } = this.#intake;
    if (minuteStartMs === this.#forgottenAtMs) return;
    this.#forgottenAtMs = minuteStartMs;
    const firstMs = this.#archive.firstMs();
    if (firstMs === undefined) return;
    const ids = known.forgetBefore(Math.min(firstMs, minuteStartMs));
    for (const id of ids) this.#intake.forget(id);
    this.#archive.removeTargets(ids, nowMs);
  }
}

const pingoChange = { kind: "pingo", cluster: "", node: "", id: undefined } as const;

/** What a file that was there before tells of the time before. */
function load(intake: Intake, archive: Archive): void {
  const lastMs = archive.read((store) => {
    const last = store.lastStep(0) ?? store.lastStep(1);
    const endMs = last === undefined ? 0 : last + stepsMs[0];
    intake.known.load(store.targets(), endMs, latestOf(store, intake.nowMs));
    const states = store.states();
    if (states !== undefined) intake.states.load(states);
    return last;
  });
  if (lastMs !== undefined) archive.read((store) => learnNormals(intake, store, lastMs));
}

/**
 * Of what the file says, nothing can have been after now, where a clock was ahead. One that is behind all that the file
 * has is itself wrong, as of a machine that has not heard of the time yet, and bounds nothing.
 */
function latestOf(store: Store, nowMs: number): number {
  const firstMs = store.firstStep(0) ?? store.firstStep(1);
  return firstMs === undefined || firstMs > nowMs ? Number.POSITIVE_INFINITY : nowMs;
}

/** From the hours of the last day before the end; the hour that was not over, from its tens of minutes. */
function learnNormals(intake: Intake, store: Store, lastMs: number): void {
  const hoursUntilMs = store.rolledUpTo(2);
  const fromMs = startOfStep(2, lastMs - normalsOfMs);
  for (let startMs = fromMs; startMs < hoursUntilMs && startMs <= lastMs; startMs += stepsMs[2]) {
    learnStep(intake, store, 2, startMs);
  }
  const tensUntilMs = store.rolledUpTo(1);
  for (
    let startMs = Math.max(fromMs, hoursUntilMs);
    startMs < tensUntilMs && startMs <= lastMs;
    startMs += stepsMs[1]
  ) {
    learnStep(intake, store, 1, startMs);
  }
}

function learnStep({ known, normals, zoneNormals }: Intake, store: Store, level: Level, startMs: number): void {
  const minutes = stepsMs[level] / stepsMs[0];
  for (let group = 0; group * groupSize < known.ids; group++) {
    const data = store.block(level, startMs, group);
    if (data === undefined) continue;
    const block = decodeBlock(data);
    for (let offset = 0; offset < groupSize; offset++) {
      const medianUs = bucketOf(block, offset)?.latency.quantile(0.5);
      if (medianUs !== undefined) normals.observe(group * groupSize + offset, medianUs, minutes);
    }
  }
  const [zones] = store.zones(level, startMs, startMs + 1);
  if (zones !== undefined) zoneNormals.observe(decodeZones(zones.data), minutes);
}
