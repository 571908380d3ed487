/** One of the ranges of an Accept header. */
export interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  /** By name in lower case; without the weight. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The weight `q`, from 0, not acceptable, to 1. */
  readonly quality: number;
}

/** Reads an Accept header (RFC 9110, 12.5.1). What is no media range is passed over. */
export function parseAccept(header: string): MediaRange[] {
  return splitOutsideQuotes(header, ",").flatMap((text) => {
    const [range = "", ...rest] = splitOutsideQuotes(text, ";");
    const [type = "", subtype = "", ...more] = range.toLowerCase().split("/");
    if (type === "" || subtype === "" || more.length > 0) return [];
    const { q, ...parameters } = Object.fromEntries(rest.map(parseParameter));
    return [{ type, subtype, parameters, quality: parseQuality(q) }];
  });
}

/** The parts between separators that do not stand in a quoted string (RFC 9110, 5.6.4), trimmed. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let isQuoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (character === "\\" && isQuoted) at++;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function parseParameter(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals < 0) return [text.toLowerCase(), ""];
  const value = text.slice(equals + 1).trim();
  const unquoted = /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/gs, "$1") : value;
  return [text.slice(0, equals).trim().toLowerCase(), unquoted];
}

/** Up to three decimals; what is no weight counts as none at all, so that a slip turns nobody away. */
function parseQuality(text: string | undefined): number {
  if (text === undefined) return 1;
  return /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/.test(text) ? Number(text) : 1;
}
