import type { Clock } from "../clock.ts";
import { isLost, type Outcome, type Reply } from "../outcome.ts";
import { IdPool } from "../schedule/id-pool.ts";
import type { Target } from "../target.ts";
import { msToSeconds, usToMs } from "../units.ts";
import type { MetricsLevel } from "./catalogue.ts";
import { Columns } from "./columns.ts";
import type { BucketBounds } from "./histogram/bucket-bounds.ts";
import { type LegacyLabels, LegacyTable } from "./legacy-table.ts";
import { ProbeTable } from "./probe-table.ts";
import { column, TargetPage, width } from "./target-page.ts";
import { ZoneTable } from "./zone-table.ts";

export interface TargetMetricsOptions {
  readonly level: MetricsLevel;
  readonly bounds: BucketBounds;
  readonly clock: Clock;
}

/** What is counted of each target, where the level has series for it. */
interface PerTarget {
  readonly probes: ProbeTable;
  readonly legacy: LegacyTable;
  /** Each target's row in `legacy`. */
  readonly legacyRows: number[];
}

/**
 * The counters of every target, and of every zone. A target has its series from the moment it is known until it is
 * removed.
 */
export class TargetMetrics {
  readonly #clock: Clock;
  readonly #ids = new IdPool();
  readonly #rows = new Map<string, number>();
  /** By row; undefined in rows that are free. */
  readonly #targets: (Target | undefined)[] = [];
  readonly #states = new Columns(width, Float64Array);
  readonly #perTarget: PerTarget | undefined;
  readonly #zones: ZoneTable;
  /** Each target's row in `#zones`. */
  readonly #zoneRows: number[] = [];
  #seesSyns = false;

  constructor({ level, bounds, clock }: TargetMetricsOptions) {
    this.#clock = clock;
    this.#zones = new ZoneTable(bounds);
    if (level === "minimal") return;
    this.#perTarget = { probes: new ProbeTable(bounds), legacy: new LegacyTable(), legacyRows: [] };
  }

  add(target: Target): void {
    this.remove(target.key);
    const row = this.#ids.take();
    const nowS = this.#nowS();
    this.#rows.set(target.key, row);
    this.#targets[row] = target;
    this.#states.clear(row);
    this.#zoneRows[row] = this.#zones.enter(target.cluster, target.zone, nowS);
    if (this.#perTarget === undefined) return;
    const { probes, legacy, legacyRows } = this.#perTarget;
    probes.clear(row, nowS);
    legacyRows[row] = legacy.share(legacyLabels(target));
  }

  remove(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#rows.delete(key);
    this.#targets[row] = undefined;
    this.#zones.leave(this.#zoneRows[row] as number);
    this.#ids.giveBack(row);
    if (this.#perTarget === undefined) return;
    const { probes, legacy, legacyRows } = this.#perTarget;
    probes.release(row);
    legacy.unshare(legacyRows[row] as number);
  }

  relabel(target: Target): void {
    const row = this.#rows.get(target.key);
    if (row === undefined) return;
    const { cluster, zone } = this.#targets[row] as Target;
    this.#targets[row] = target;
    if (target.cluster !== cluster || target.zone !== zone) {
      this.#zones.leave(this.#zoneRows[row] as number);
      this.#zoneRows[row] = this.#zones.enter(target.cluster, target.zone, this.#nowS());
    }
    if (this.#perTarget !== undefined) relabelLegacy(this.#perTarget, row, target);
  }

  /**
   * Counts an outcome. Gives whether it is news of the target: not where one that began later has ended already, as
   * happens where the timeout exceeds the interval; a timeout then tells of a past that an answer has overtaken.
   */
  record(key: string, outcome: Outcome): boolean {
    const row = this.#rows.get(key);
    if (row === undefined) return false;
    if (outcome.synSent !== undefined) this.#seesSyns = true;
    this.#zones.record(this.#zoneRows[row] as number, outcome);
    if (outcome.result === "ok") this.#recordReply(row, outcome);
    if (this.#perTarget !== undefined) record(this.#perTarget, row, outcome);
    // `local` says nothing about the target: whatever was known of it stays.
    if (outcome.result === "local") return true;
    if (outcome.startedMs < this.#states.get(row, column.upStartedMs)) return false;
    this.#states.set(row, column.upStartedMs, outcome.startedMs);
    this.#states.set(row, column.up, outcome.result === "ok" ? 1 : -1);
    return true;
  }

  /** Everything as it is at this moment, to be written while handshakes go on. */
  page(): TargetPage {
    const rows = this.#targets.length;
    return new TargetPage({
      targets: [...this.#targets],
      states: this.#states.copy(rows),
      probes: this.#perTarget?.probes.copy(rows),
      legacy: this.#perTarget?.legacy.copy(),
      zones: this.#zones.copy(),
      zoneRows: [...this.#zoneRows],
      seesSyns: this.#seesSyns,
    });
  }

  #recordReply(row: number, { connectUs, rttUs }: Reply): void {
    const states = this.#states;
    states.set(row, column.lastReplyS, this.#nowS());
    if (rttUs !== undefined) states.set(row, column.lastRttUs, rttUs);
    if (connectUs === undefined) return;
    states.add(row, column.connectCount, 1);
    states.add(row, column.connectUs, connectUs);
  }

  #nowS(): number {
    return msToSeconds(this.#clock.unixMs());
  }
}

function record({ probes, legacy, legacyRows }: PerTarget, row: number, outcome: Outcome): void {
  const legacyRow = legacyRows[row] as number;
  probes.record(row, outcome);
  if (isLost(outcome.result)) legacy.add(legacyRow, "lost", 1);
  if (outcome.result !== "ok") return;
  legacy.add(legacyRow, "reply", 1);
  if (outcome.connectUs !== undefined) legacy.add(legacyRow, "timeMs", usToMs(outcome.connectUs));
}

function relabelLegacy({ legacy, legacyRows }: PerTarget, row: number, target: Target): void {
  const before = legacyRows[row] as number;
  const labels = legacyLabels(target);
  const known = legacy.labels(before);
  if (labels.name === known?.name && labels.target === known.target) return;
  legacyRows[row] = legacy.share(labels, before);
  legacy.unshare(before);
}

/** As the first PinGo had them. */
function legacyLabels({ name, address }: Target): LegacyLabels {
  return { name, target: address };
}
