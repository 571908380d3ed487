/** Nothing was measured before; a smaller number is meant as seconds. */
const earliestMs = Date.UTC(2000);
const latestMs = Date.UTC(2200);
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-](\d\d):\d\d)$/;
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const wanted = "give 2026-11-26T12:00:00Z (RFC 3339) or milliseconds since 1970";

/** A time as an address has it; a string says what is wrong with it. */
export function parseTime(text: string): number | string {
  if (/^\d{1,15}$/.test(text)) return bounded(Number(text));
  // A plus in an address is a space.
  const written = text.replace(/ (\d\d:\d\d)$/, "+$1");
  const fields = rfc3339.exec(written);
  if (fields === null) return `is no time; ${wanted}`;
  const ms = exists(fields) ? Math.floor(Date.parse(written.replace(" ", "T").toUpperCase())) : Number.NaN;
  return Number.isNaN(ms) ? `is no time that there is; ${wanted}` : bounded(ms);
}

/** `Date.parse` takes the 30th of February for the 2nd of March, and 24:00 for the next day's beginning. */
function exists([, year, month, day, hour, , , , offsetHour = "00"]: RegExpExecArray): boolean {
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) <= lastDay && Number(hour) < 24 && Number(offsetHour) < 24;
}

function bounded(ms: number): number | string {
  const isMeant = ms >= earliestMs && ms <= latestMs;
  return isMeant ? ms : `is the time ${new Date(ms).toISOString()}; ${wanted}`;
}

/** A span of time: `15m`, `3h`, `7d`; undefined where it is none. */
export function parseSpan(text: string): number | undefined {
  const [, number, unit] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * unitMs[unit as keyof typeof unitMs];
}
