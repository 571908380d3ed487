import { isLost, type Outcome, resultIndex } from "../outcome.ts";
import { IdPool } from "../schedule/id-pool.ts";
import type { Target } from "../target.ts";
import { usToMs } from "../units.ts";
import { Columns } from "./columns.ts";
import { labelText } from "./exposition.ts";
import { LegacyTable } from "./legacy-table.ts";
import { bucketOf, buckets, column, firstResult, width } from "./target-columns.ts";
import { TargetPage } from "./target-page.ts";

/** The counters of every target. A target has its series from the moment it is known until it is removed. */
export class TargetMetrics {
  readonly #ids = new IdPool();
  readonly #rows = new Map<string, number>();
  readonly #counts = new Columns(width, Float64Array);
  readonly #rttBuckets = new Columns(buckets, Uint32Array);
  readonly #legacy = new LegacyTable();
  readonly #legacyRows: number[] = [];
  /** `cluster, node, zone, target`, what design.md calls T, made once; undefined in rows that are free. */
  readonly #labels: (string | undefined)[] = [];
  /** The rest of pingo_target_info's labels. Few are different. */
  readonly #facts: string[] = [];
  readonly #knownFacts = new Map<string, string>();
  #seesSyns = false;

  add(target: Target): void {
    this.remove(target.key);
    const row = this.#ids.take();
    this.#rows.set(target.key, row);
    this.#counts.clear(row);
    this.#rttBuckets.clear(row);
    this.#legacyRows[row] = this.#legacy.share(legacyLabels(target));
    this.#label(row, target);
  }

  remove(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#rows.delete(key);
    this.#labels[row] = undefined;
    this.#legacy.unshare(this.#legacyRows[row] as number);
    this.#ids.giveBack(row);
  }

  relabel(target: Target): void {
    const row = this.#rows.get(target.key);
    if (row === undefined) return;
    const before = this.#legacyRows[row] as number;
    const labels = legacyLabels(target);
    if (labels !== this.#legacy.labels(before)) {
      this.#legacyRows[row] = this.#legacy.share(labels, before);
      this.#legacy.unshare(before);
    }
    this.#label(row, target);
  }

  /**
   * Counts an outcome. Gives whether it is news of the target: not where one that began later has ended already, as
   * happens where the timeout exceeds the interval; a timeout then tells of a past that an answer has overtaken.
   */
  record(key: string, outcome: Outcome): boolean {
    const row = this.#rows.get(key);
    if (row === undefined) return false;
    this.#count(row, outcome);
    // `local` says nothing about the target: whatever was known of it stays.
    if (outcome.result === "local") return true;
    if (outcome.startedMs < this.#counts.get(row, column.upStartedMs)) return false;
    this.#counts.set(row, column.upStartedMs, outcome.startedMs);
    this.#counts.set(row, column.up, outcome.result === "ok" ? 1 : -1);
    return true;
  }

  #count(row: number, outcome: Outcome): void {
    const counts = this.#counts;
    const legacyRow = this.#legacyRows[row] as number;
    counts.add(row, firstResult + resultIndex[outcome.result], 1);
    if (isLost(outcome.result)) this.#legacy.add(legacyRow, "lost", 1);
    if (outcome.synSent !== undefined) this.#recordSyns(row, outcome.synSent);
    if (outcome.result !== "ok") return;
    this.#legacy.add(legacyRow, "reply", 1);
    if (outcome.rttUs !== undefined) {
      this.#rttBuckets.add(row, bucketOf(outcome.rttUs), 1);
      counts.add(row, column.rttUs, outcome.rttUs);
    }
    if (outcome.connectUs === undefined) return;
    counts.add(row, column.connectCount, 1);
    counts.add(row, column.connectUs, outcome.connectUs);
    this.#legacy.add(legacyRow, "timeMs", usToMs(outcome.connectUs));
  }

  /** Everything as it is at this moment, to be written while handshakes go on. */
  page(): TargetPage {
    return new TargetPage({
      counts: this.#counts.copy(this.#labels.length),
      rttBuckets: this.#rttBuckets.copy(this.#labels.length),
      labels: [...this.#labels],
      facts: [...this.#facts],
      legacy: this.#legacy.copy(),
      seesSyns: this.#seesSyns,
    });
  }

  #recordSyns(row: number, synSent: number): void {
    this.#seesSyns = true;
    this.#counts.add(row, column.synSent, synSent);
    this.#counts.add(row, column.synRetransmits, Math.max(0, synSent - 1));
  }

  #label(row: number, target: Target): void {
    const { cluster, node, zone, address } = target;
    this.#labels[row] = labelText({ cluster, node, zone, target: address });
    const { region, instanceType, addressType, os, portName } = target;
    const facts = labelText({ region, instance_type: instanceType, address_type: addressType, os, port: portName });
    this.#facts[row] = this.#shared(facts);
  }

  /** The same text as the one object that is known of it. */
  #shared(facts: string): string {
    const known = this.#knownFacts.get(facts);
    if (known !== undefined) return known;
    // Kinds of machines are few; who makes them many pays with memory for each row, not with a leak.
    if (this.#knownFacts.size >= maxKnownFacts) this.#knownFacts.clear();
    this.#knownFacts.set(facts, facts);
    return facts;
  }
}

const maxKnownFacts = 1_000;

/** As the first PinGo had them. */
function legacyLabels({ name, address }: Target): string {
  return labelText({ name, target: address });
}
