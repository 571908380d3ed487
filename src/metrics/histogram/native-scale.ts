/**
 * The scale of Prometheus' native histograms, which OpenTelemetry calls exponential (the spec is
 * https://prometheus.io/docs/specs/native_histograms/, "Schema"): a bucket `i` holds what is above `base ** (i - 1)` and
 * not above `base ** i` seconds, where `base = 2 ** (2 ** -schema)`.
 */
export const schema = 3;
/** Each octave, from one power of two to the next, has so many: each bound is 9 % above the one before. */
export const bucketsPerOctave = 2 ** schema;
/** The smallest that is told apart from zero is 2 ** -20 s, just less than a microsecond. */
const firstOctave = -20;
/** Up to 2 ** 7 s: above 120 s, the longest that Linux waits for an answer before it sends a SYN again (TCP_RTO_MAX). */
const endOctave = 7;
/** No histogram has more. */
export const octaves = endOctave - firstOctave;
/** In seconds; what does not exceed it is in the zero bucket. */
export const zeroThreshold = 2 ** firstOctave;
/** The index of the lowest bucket. */
export const firstIndex = firstOctave * bucketsPerOctave + 1;
const usPerSecond = 1e6;
/** The upper bound of each bucket from `firstIndex` on, in microseconds. */
const boundsUs = Float64Array.from(
  { length: octaves * bucketsPerOctave },
  (_, at) => 2 ** ((firstIndex + at) / bucketsPerOctave) * usPerSecond,
);

/**
 * How far above the lowest bucket the one of a time in microseconds is; -1 for the zero bucket. What exceeds all
 * buckets is in the last.
 */
export function bucketAt(us: number): number {
  if (us <= zeroThreshold * usPerSecond) return -1;
  const guess = Math.ceil(Math.log2(us / usPerSecond) * bucketsPerOctave) - firstIndex;
  const at = Math.min(boundsUs.length - 1, Math.max(0, guess));
  // The logarithm of a time that lies on a bound may be a trifle beside it.
  if (at > 0 && us <= (boundsUs[at - 1] as number)) return at - 1;
  return us > (boundsUs[at] as number) && at < boundsUs.length - 1 ? at + 1 : at;
}
