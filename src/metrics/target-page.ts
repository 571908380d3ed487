import { results } from "../outcome.ts";
import { usToSeconds } from "../units.ts";
import { catalogue, type Family } from "./catalogue.ts";
import type { Columns } from "./columns.ts";
import { type FamilyText, formatValue, sample } from "./exposition.ts";
import type { LegacyCounts, LegacyTable } from "./legacy-table.ts";
import { column, firstResult, rttBounds } from "./target-columns.ts";

/** What a page is written from; nobody else changes it. */
export interface TargetSnapshot {
  readonly counts: Columns;
  readonly rttBuckets: Columns;
  /** By row; undefined in rows that are free. */
  readonly labels: readonly (string | undefined)[];
  readonly facts: readonly string[];
  readonly legacy: LegacyTable;
  readonly seesSyns: boolean;
}

/** The API beside the nodes in the first PinGo's families. */
export interface LegacyApi {
  readonly labels: string;
  readonly counts: Readonly<LegacyCounts>;
}

/** The families of targets at one moment. */
export class TargetPage {
  readonly #snapshot: TargetSnapshot;

  constructor(snapshot: TargetSnapshot) {
    this.#snapshot = snapshot;
  }

  /** In the order of the catalogue. */
  families(apis: readonly LegacyApi[]): FamilyText[] {
    return [
      { family: catalogue.reply, text: this.#legacy(catalogue.reply.name, apis, "reply") },
      { family: catalogue.lost, text: this.#legacy(catalogue.lost.name, apis, "lost") },
      { family: catalogue.time, text: this.#legacy(catalogue.time.name, apis, "timeMs") },
      { family: catalogue.probes, text: this.#rows((row, labels) => this.#probes(row, labels)) },
      { family: catalogue.connect, text: this.#rows((row, labels) => this.#connect(row, labels)) },
      // An engine that cannot see them leaves the families out: zeros would be a lie.
      ...(this.#snapshot.seesSyns ? this.#kernelFamilies() : []),
      { family: catalogue.up, text: this.#rows((row, labels) => this.#up(row, labels)) },
      { family: catalogue.info, text: this.#rows((row, labels) => this.#info(row, labels)) },
    ];
  }

  #kernelFamilies(): FamilyText[] {
    return [
      this.#counter(catalogue.synSent, column.synSent),
      this.#counter(catalogue.synRetransmits, column.synRetransmits),
      { family: catalogue.rtt, text: this.#rows((row, labels) => this.#rtt(row, labels)) },
    ];
  }

  /** Gives the memory back; nothing can be written after. */
  free(): void {
    const { counts, rttBuckets, legacy } = this.#snapshot;
    for (const columns of [counts, rttBuckets, legacy]) columns.free();
  }

  *#rows(write: (row: number, labels: string) => string): Generator<string> {
    for (const [row, labels] of this.#snapshot.labels.entries()) {
      if (labels !== undefined) yield write(row, labels);
    }
  }

  *#legacy(name: string, apis: readonly LegacyApi[], field: keyof LegacyCounts): Generator<string> {
    yield* this.#snapshot.legacy.lines(name, field);
    for (const { labels, counts } of apis) yield sample(name, labels, counts[field]);
  }

  #counter(family: Family, of: number): FamilyText {
    return {
      family,
      text: this.#rows((row, labels) => sample(family.name, labels, this.#snapshot.counts.get(row, of))),
    };
  }

  #probes(row: number, labels: string): string {
    const { counts } = this.#snapshot;
    let text = "";
    for (const [index, result] of results.entries()) {
      const value = formatValue(counts.get(row, firstResult + index));
      text += `${catalogue.probes.name}{${labels},result="${result}"} ${value}\n`;
    }
    return text;
  }

  #connect(row: number, labels: string): string {
    const { counts } = this.#snapshot;
    const { name } = catalogue.connect;
    return (
      sample(`${name}_sum`, labels, usToSeconds(counts.get(row, column.connectUs))) +
      sample(`${name}_count`, labels, counts.get(row, column.connectCount))
    );
  }

  #rtt(row: number, labels: string): string {
    const { counts, rttBuckets } = this.#snapshot;
    const { name } = catalogue.rtt;
    let text = "";
    let below = 0;
    for (const [index, bound] of rttBounds.entries()) {
      below += rttBuckets.get(row, index);
      text += `${name}_bucket{${labels},le="${bound}"} ${formatValue(below)}\n`;
    }
    const count = below + rttBuckets.get(row, rttBounds.length);
    return (
      text +
      `${name}_bucket{${labels},le="+Inf"} ${formatValue(count)}\n` +
      sample(`${name}_sum`, labels, usToSeconds(counts.get(row, column.rttUs))) +
      sample(`${name}_count`, labels, count)
    );
  }

  #up(row: number, labels: string): string {
    const up = this.#snapshot.counts.get(row, column.up);
    return up === 0 ? "" : sample(catalogue.up.name, labels, up === 1 ? 1 : 0);
  }

  #info(row: number, labels: string): string {
    return sample(catalogue.info.name, `${labels},${this.#snapshot.facts[row]}`, 1);
  }
}
