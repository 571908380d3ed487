import type { KeeperStatus } from "./thread/protocol.ts";

const counted = ["writtenMinutes", "droppedMinutes", "droppedRecords", "damagedFiles"] as const;

/** What a history's thread has counted: of several threads, one after another, it adds up. */
export type ThreadCounts = Record<(typeof counted)[number], number>;

export const noCounts: ThreadCounts = { writtenMinutes: 0, droppedMinutes: 0, droppedRecords: 0, damagedFiles: 0 };

export function sumOf(...all: readonly Readonly<ThreadCounts>[]): ThreadCounts {
  const sum = { ...noCounts };
  for (const counts of all) for (const name of counted) sum[name] += counts[name];
  return sum;
}

/** What a thread that dies had taken and not written. */
export function lostWith({ unwrittenMinutes, unwrittenRecords }: KeeperStatus): ThreadCounts {
  return { ...noCounts, droppedMinutes: unwrittenMinutes, droppedRecords: unwrittenRecords };
}

/** Of a history before its thread has told of itself. */
export const noStatus: KeeperStatus = {
  ...noCounts,
  unwrittenMinutes: 0,
  unwrittenRecords: 0,
  sinceMs: undefined,
  bytes: 0,
  problem: "",
  problemSinceMs: undefined,
  damagedMs: undefined,
  latencyIs: undefined,
  targets: 0,
};
