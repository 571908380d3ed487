const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `12:04:31` in UTC; another day's with its date. */
export function clockTime(ms: number, nowMs: number): string {
  const text = new Date(ms).toISOString();
  const [date = "", time = ""] = text.split("T");
  const today = new Date(nowMs).toISOString().slice(0, 10);
  return date === today ? time.slice(0, 8) : `${date.slice(5)} ${time.slice(0, 5)}`;
}

/** How long ago, in at most four characters: `12s`, `5m`, `3h`, `12d`. */
export function ago(ms: number, nowMs: number): string {
  const past = Math.max(0, nowMs - ms);
  if (past < minuteMs) return `${Math.floor(past / 1_000)}s`;
  if (past < hourMs) return `${Math.floor(past / minuteMs)}m`;
  if (past < 2 * dayMs) return `${Math.floor(past / hourMs)}h`;
  return `${Math.floor(past / dayMs)}d`;
}

/** The API writes times in sentences as `{milliseconds}`. */
export function withTimes(text: string, nowMs: number): string {
  return text.replace(/\{(\d{1,15})\}/g, (_, ms) => clockTime(Number(ms), nowMs));
}
