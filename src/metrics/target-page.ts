import type { Target } from "../target.ts";
import { usToSeconds } from "../units.ts";
import { catalogue } from "./catalogue.ts";
import type { Columns } from "./columns.ts";
import type { FamilySeries, LabelSet, LabelTable } from "./exposition/family-series.ts";
import { type LegacyApi, legacyFamilies } from "./legacy-series.ts";
import type { LegacyTable } from "./legacy-table.ts";
import type { ProbeTable } from "./probe-table.ts";
import type { ZoneTable } from "./zone-table.ts";

/** What is known of a target beside its handshakes' counts, by column of doubles. */
export const column = {
  /** 1 if the last handshake was answered, -1 if it was lost, 0 before the first that tells. */
  up: 0,
  connectCount: 1,
  connectUs: 2,
  /** When the handshake that `up` is of began, on the monotonic clock, in milliseconds. */
  upStartedMs: 3,
  /** When the last answer came, in seconds since 1970; 0 before the first. */
  lastReplyS: 4,
  /** 0 before the first. */
  lastRttUs: 5,
} as const;
export const width = 6;

/** What a page is written from; nobody else changes it. */
export interface TargetSnapshot {
  /** By row; undefined in rows that are free. */
  readonly targets: readonly (Target | undefined)[];
  readonly states: Columns;
  /** Undefined, as `legacy`, where there are no series of single targets. */
  readonly probes: ProbeTable | undefined;
  readonly legacy: LegacyTable | undefined;
  readonly zones: ZoneTable;
  readonly zoneRows: readonly number[];
  readonly seesSyns: boolean;
}

/** The families of targets and zones at one moment. */
export class TargetPage {
  readonly #snapshot: TargetSnapshot;

  constructor(snapshot: TargetSnapshot) {
    this.#snapshot = snapshot;
  }

  /** Families of one table follow one another. */
  families(apis: readonly LegacyApi[]): FamilySeries[] {
    const { zones, seesSyns, legacy, probes } = this.#snapshot;
    return [
      ...(legacy === undefined ? [] : legacyFamilies(legacy, apis)),
      ...(probes === undefined ? [] : this.#targetFamilies(probes)),
      ...zones.families(this.#upByZone(), seesSyns),
    ];
  }

  /** Gives the memory back; nothing can be written after. */
  free(): void {
    const { states, probes, legacy, zones } = this.#snapshot;
    for (const part of [states, probes, legacy, zones]) part?.free();
  }

  #targetFamilies(probes: ProbeTable): FamilySeries[] {
    const { states, seesSyns } = this.#snapshot;
    const table = this.#table(targetLabels);
    return [
      probes.probes(catalogue.probes, table),
      {
        family: catalogue.connect,
        table,
        write: (row, to) => {
          const sum = usToSeconds(states.get(row, column.connectUs));
          to.summary(sum, states.get(row, column.connectCount), probes.created(row));
        },
      },
      // An engine that cannot see them leaves the families out: zeros would be a lie.
      ...(seesSyns ? probes.kernelFamilies(catalogue, table) : []),
      {
        family: catalogue.up,
        table,
        write: (row, to) => {
          const up = states.get(row, column.up);
          if (up !== 0) to.value(up === 1 ? 1 : 0);
        },
      },
      {
        family: catalogue.lastReply,
        table,
        write: (row, to) => {
          const replyS = states.get(row, column.lastReplyS);
          if (replyS !== 0) to.value(replyS);
        },
      },
      {
        family: catalogue.lastRtt,
        table,
        write: (row, to) => {
          const rttUs = states.get(row, column.lastRttUs);
          if (rttUs !== 0) to.value(usToSeconds(rttUs));
        },
      },
      { family: catalogue.info, table: this.#table(infoLabels), write: (_row, to) => to.value(1) },
    ];
  }

  #table(labelsOf: (target: Target) => LabelSet): LabelTable {
    const { targets } = this.#snapshot;
    return {
      rows: targets.length,
      labels: (row) => {
        const target = targets[row];
        return target === undefined ? undefined : labelsOf(target);
      },
    };
  }

  #upByZone(): Uint32Array {
    const { targets, states, zones, zoneRows } = this.#snapshot;
    const up = new Uint32Array(zones.rows);
    for (let row = 0; row < targets.length; row++) {
      if (targets[row] === undefined || states.get(row, column.up) !== 1) continue;
      const zone = zoneRows[row] as number;
      up[zone] = (up[zone] as number) + 1;
    }
    return up;
  }
}

/** What design.md calls T. */
function targetLabels({ cluster, node, zone, address }: Target): LabelSet {
  return { cluster, node, zone, target: address };
}

function infoLabels(target: Target): LabelSet {
  const { region, instanceType, addressType, os, portName } = target;
  return {
    ...targetLabels(target),
    region,
    instance_type: instanceType,
    address_type: addressType,
    os,
    port: portName,
  };
}
