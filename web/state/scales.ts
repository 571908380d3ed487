import { clamp } from "./columns.ts";

/** Where values stand on a scale of so many colours; undefined where there is no value. */

export interface Span {
  readonly minUs: number;
  readonly maxUs: number;
}

/** Nothing lost and all lost have colours of their own; what is between is told apart finely where it is little. */
export function lossPlace(share: number | null, places: number): number | undefined {
  if (share === null) return undefined;
  if (share <= 0) return 0;
  if (share >= 1) return places - 1;
  return clamp(1 + Math.floor(Math.sqrt(share) * (places - 2)), 1, places - 2);
}

/** Latencies differ by factors, so that the scale is one of factors too. */
export function latencyPlace(us: number | null, { minUs, maxUs }: Span, places: number): number | undefined {
  if (us === null) return undefined;
  if (maxUs <= minUs) return 0;
  const place = (Math.log(Math.max(us, 1)) - Math.log(minUs)) / (Math.log(maxUs) - Math.log(minUs));
  return clamp(Math.floor(place * places), 0, places - 1);
}

/** From the quickest to the slowest, but at least a factor of two, so that noise is not made to look like trouble. */
export function spanOfLatency(values: readonly (number | null)[]): Span {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { minUs: 100, maxUs: 200 };
  const minUs = Math.max(
    1,
    known.reduce((least, one) => Math.min(least, one)),
  );
  const maxUs = known.reduce((most, one) => Math.max(most, one));
  return { minUs, maxUs: Math.max(maxUs, 2 * minUs) };
}
