/** Nothing was measured before; a smaller number is meant as seconds. */
const earliestMs = Date.UTC(2000);
const latestMs = Date.UTC(2200);
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)$/;
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const wanted = "give 2026-11-26T12:00:00Z (RFC 3339) or milliseconds since 1970";

/** A time as an address has it; a string says what is wrong with it. */
export function parseTime(text: string): number | string {
  // A plus in an address is a space.
  const ms = /^\d{1,15}$/.test(text)
    ? Number(text)
    : rfc3339.test(text.replace(/ (\d\d:\d\d)$/, "+$1"))
      ? parse(text)
      : Number.NaN;
  if (Number.isNaN(ms)) return `is no time; ${wanted}`;
  if (ms < earliestMs || ms > latestMs) return `is the time ${new Date(ms).toISOString()}; ${wanted}`;
  return ms;
}

function parse(text: string): number {
  return Math.floor(
    Date.parse(
      text
        .replace(/ (\d\d:\d\d)$/, "+$1")
        .replace(" ", "T")
        .toUpperCase(),
    ),
  );
}

/** A span of time: `15m`, `3h`, `7d`; undefined where it is none. */
export function parseSpan(text: string): number | undefined {
  const [, number, unit] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * unitMs[unit as keyof typeof unitMs];
}
