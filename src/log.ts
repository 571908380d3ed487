/** Levels from the loudest to the chattiest. */
export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];
export const logFormats = ["text", "json"] as const;
export type LogFormat = (typeof logFormats)[number];

/** What goes with a message: short facts, each under a name. Undefined ones are left out. */
export type LogFacts = Record<string, string | number | boolean | undefined>;

export interface Log {
  error(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  debug(message: string, facts?: LogFacts): void;
}

export interface LogOptions {
  readonly format: LogFormat;
  readonly level: LogLevel;
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly unixMs: () => number;
  /** What must never be written, asked for anew for each line because a token file changes. */
  readonly secrets: () => readonly string[];
}

/** A longer value is cut: names and messages come from outside, and a line has to stay a line. */
const maxValueLength = 400;
/** Shorter strings occur by chance; no bearer token is that short. */
const minSecretLength = 4;

export function createLog(options: LogOptions): Log {
  const lowest = logLevels.indexOf(options.level);
  const format = options.format === "json" ? formatJson : formatText;
  const emit = (level: LogLevel, message: string, facts: LogFacts) => {
    if (logLevels.indexOf(level) > lowest) return;
    const secrets = options.secrets();
    // Before anything is cut or escaped: half a secret, or one with a backslash put in, would not be recognised.
    const clean = Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === "string" ? redact(value, secrets) : value,
    ]);
    const time = new Date(options.unixMs()).toISOString();
    options.write(format(time, level, redact(message, secrets), Object.fromEntries(clean)));
  };
  return {
    error: (message, facts = {}) => emit("error", message, facts),
    warn: (message, facts = {}) => emit("warn", message, facts),
    info: (message, facts = {}) => emit("info", message, facts),
    debug: (message, facts = {}) => emit("debug", message, facts),
  };
}

/** The same log, each line with these facts behind its own. */
export function withFacts(log: Log, facts: LogFacts): Log {
  return {
    error: (message, own = {}) => log.error(message, { ...own, ...facts }),
    warn: (message, own = {}) => log.warn(message, { ...own, ...facts }),
    info: (message, own = {}) => log.info(message, { ...own, ...facts }),
    debug: (message, own = {}) => log.debug(message, { ...own, ...facts }),
  };
}

/** Says nothing. */
export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {} };

/** `text` with every secret in it replaced, the longest first in case one is part of another. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets.toSorted((a, b) => b.length - a.length)) {
    if (secret.length >= minSecretLength) clean = clean.replaceAll(secret, "[redacted]");
  }
  return clean;
}

function formatText(time: string, level: LogLevel, message: string, facts: LogFacts): string {
  const pairs = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${quoteWhereNeeded(shorten(String(value)))}`);
  return `${time} ${level.toUpperCase().padEnd(5)} ${oneLine(shorten(message))}${pairs.join("")}\n`;
}

function formatJson(time: string, level: LogLevel, message: string, facts: LogFacts): string {
  const short = Object.entries(facts).map(([name, value]) => [
    name,
    typeof value === "string" ? shorten(value) : value,
  ]);
  // The line's own names are set twice: first for their place, then so that no fact takes it.
  const own = { time, level, message: shorten(message) };
  return `${JSON.stringify({ ...own, ...Object.fromEntries(short), ...own })}\n`;
}

function shorten(text: string): string {
  return text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength)}... (${text.length} characters)`;
}

function quoteWhereNeeded(text: string): string {
  // JSON leaves DEL, C1 controls and the line separators as they are.
  return /^[\w.:/[\]@%+,-]+$/.test(text) ? text : oneLine(JSON.stringify(text));
}

/** Control characters would let a name from outside forge a line or move the terminal's cursor. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}
