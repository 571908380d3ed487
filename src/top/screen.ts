import { cellsOf } from "./cells.ts";

/** xterm's private modes: 1049 the alternate screen, 25 the cursor, 7 wrapping, 2004 pastes in brackets. */
const enter = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h\u001b[0m\u001b[2J";
const leave = "\u001b[0m\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[?1049l";
/** What is between is shown at once (mode 2026); terminals that do not know it let it pass. */
const begin = "\u001b[?2026h";
const end = "\u001b[?2026l";

/** Draws frames on the alternate screen: only lines that differ from those that are there, each as a whole. */
export class Screen {
  readonly #write: (text: string) => void;
  #lines: readonly string[] = [];
  #isOn = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  enter(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#lines = [];
    this.#write(enter);
  }

  /** As it was before; may be called at any time, and again. */
  leave(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#write(leave);
  }

  /** Forgets what is there, so that the next frame is drawn in full: after a resize, or where another program wrote. */
  forget(): void {
    this.#lines = [];
    if (this.#isOn) this.#write("\u001b[0m\u001b[2J");
  }

  draw(lines: readonly string[], columns: number): void {
    if (!this.#isOn) return;
    let text = "";
    for (const [index, line] of lines.entries())
      if (line !== this.#lines[index]) text += drawLine(index, line, columns);
    this.#lines = [...lines];
    if (text !== "") this.#write(begin + text + end);
  }
}

/** Written over and then cleared behind its end: nothing is blank in between, which would flicker. */
function drawLine(index: number, line: string, columns: number): string {
  // With the cursor held at the last column, "erase to the end" (ECMA-48, EL) would take the last character.
  const rest = cellsOf(line) < columns ? "\u001b[K" : "";
  return `\u001b[${index + 1};1H${line}\u001b[0m${rest}`;
}
