/** Times as people read them, in their own time zone. Pure but for that zone. */

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const two = (figure: number) => String(figure).padStart(2, "0");

/** `12:04` */
export function clockTime(atMs: number): string {
  const date = new Date(atMs);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `12:04:31` */
export function preciseTime(atMs: number): string {
  return `${clockTime(atMs)}:${two(new Date(atMs).getSeconds())}`;
}

/** `Thu 26 Nov` */
export function dayName(atMs: number): string {
  const date = new Date(atMs);
  return `${days[date.getDay()]} ${date.getDate()} ${months[date.getMonth()]}`;
}

export function isSameDay(aMs: number, bMs: number): boolean {
  return new Date(aMs).toDateString() === new Date(bMs).toDateString();
}

/** The time of day, the day where it is not that of `nowMs`, and the year where that is another. */
export function moment(atMs: number, nowMs: number): string {
  if (isSameDay(atMs, nowMs)) return clockTime(atMs);
  const year = new Date(atMs).getFullYear();
  const day = year === new Date(nowMs).getFullYear() ? dayName(atMs) : `${dayName(atMs)} ${year}`;
  return `${day}, ${clockTime(atMs)}`;
}

/** From when to when: `12:04–12:05`, `Thu 26 Nov, 12:00–13:00`. Whole days: `Thu 26 Nov`. */
export function span(fromMs: number, toMs: number, nowMs: number): string {
  const end = isSameDay(fromMs, toMs - 1) ? clockTime(toMs) : moment(toMs, fromMs);
  return `${moment(fromMs, nowMs)}\u2013${end}`;
}

/** `UTC`, `UTC+1`, `UTC−3:30`: the reader's own at that moment. */
export function zoneName(atMs: number): string {
  const aheadMinutes = -new Date(atMs).getTimezoneOffset();
  if (aheadMinutes === 0) return "UTC";
  const minutes = Math.abs(aheadMinutes);
  const rest = minutes % 60 === 0 ? "" : `:${two(minutes % 60)}`;
  return `UTC${aheadMinutes > 0 ? "+" : "\u2212"}${Math.floor(minutes / 60)}${rest}`;
}

/** How long, roughly: `40 s`, `12 min`, `3 h`, `2 d`. */
export function roughly(ms: number): string {
  if (ms < minuteMs) return `${Math.max(0, Math.round(ms / 1_000))} s`;
  if (ms < hourMs) return `${Math.round(ms / minuteMs)} min`;
  if (ms < dayMs) return withHalves(ms / hourMs, "h");
  return withHalves(ms / dayMs, "d");
}

function withHalves(value: number, unit: string): string {
  return `${value < 10 ? Math.round(value * 2) / 2 : Math.round(value)} ${unit}`;
}

/** A piece of a sentence, or a moment in it. */
export type TextPart = string | { readonly atMs: number };

/** Takes the moments out of a sentence of the API, where they stand as `{<milliseconds>}`. */
export function parseSentence(sentence: string): TextPart[] {
  return sentence
    .split(/(\{\d+\})/)
    .filter((part) => part !== "")
    .map((part) => (/^\{\d+\}$/.test(part) ? { atMs: Number(part.slice(1, -1)) } : part));
}

/** The same as plain text. */
export function readSentence(sentence: string, nowMs: number): string {
  return parseSentence(sentence)
    .map((part) => (typeof part === "string" ? part : moment(part.atMs, nowMs)))
    .join("");
}
