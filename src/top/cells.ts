/** What takes two cells of a terminal: East Asian wide and fullwidth (UAX 11), and what is shown as emoji. */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** What takes none: it is drawn onto what stands before it. */
const zero = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;
const ascii = /^[\x20-\x7e]*$/;
/** Controls would move the cursor, those of direction would turn what stands behind them. */
const unshowable = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const styling = /\u001b\[[0-9;]*m/g;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A text from elsewhere as it may stand on a screen. */
export function showable(text: string): string {
  return ascii.test(text) ? text : text.replace(unshowable, "\ufffd");
}

/** How many cells of a terminal a text takes; styling takes none. */
export function cellsOf(text: string): number {
  const bare = text.includes("\u001b") ? text.replace(styling, "") : text;
  if (ascii.test(bare)) return bare.length;
  let cells = 0;
  for (const character of bare) cells += zero.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return cells;
}

/** A text without styling cut to `cells`, with an ellipsis where something is missing. */
export function cut(text: string, cells: number): string {
  const clean = showable(text);
  if (cellsOf(clean) <= cells) return clean;
  if (cells <= 0) return "";
  let kept = "";
  let left = cells - 1;
  for (const { segment } of graphemes.segment(clean)) {
    left -= cellsOf(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Cut or filled up to just so many cells. */
export function fit(text: string, cells: number, align: "left" | "right" = "left"): string {
  const short = cut(text, cells);
  const padding = " ".repeat(Math.max(0, cells - cellsOf(short)));
  return align === "left" ? short + padding : padding + short;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what styles stays whole
const stylingOrForeign = /\u001b\[[0-9;]*m|[^\x20-\x7e]/gu;

/** A line, styled or not, for a terminal that knows no more than ASCII: as wide as before. */
export function asciiOnly(line: string): string {
  return line.replace(stylingOrForeign, (one) => {
    if (one.length > 1 && one.startsWith("\u001b")) return one;
    return one === "…" ? "~" : "?".repeat(cellsOf(one));
  });
}
