/** What a page is written by. */
export const contenders = ["text", "OpenMetrics", "protobuf", "prom-client"] as const;
export type Contender = (typeof contenders)[number];

/** What one page took. */
export interface Page {
  readonly cpuMs: number;
  readonly wallMs: number;
  /** How long others waited for a turn of the event loop at the most. */
  readonly longestBlockMs: number;
  readonly megabytes: number;
}

export interface Contest {
  readonly bytesPerTarget: number;
  readonly pages: readonly Page[];
}
