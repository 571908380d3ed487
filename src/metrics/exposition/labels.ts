import type { ByteBuffer } from "./byte-buffer.ts";
import type { LabelSet } from "./family-series.ts";

const comma = 0x2c;
const quote = 0x22;
const backslash = 0x5c;
const lineFeed = 0x0a;
const equals = 0x3d;

/**
 * Writes `name="value",...` without braces, the values escaped as both text formats want it: backslash, quote, line feed
 * (https://prometheus.io/docs/instrumenting/exposition_formats/).
 */
export function writeLabels(labels: LabelSet, to: ByteBuffer): void {
  let isFirst = true;
  for (const name in labels) {
    if (!isFirst) to.byte(comma);
    isFirst = false;
    to.text(name);
    to.byte(equals);
    to.byte(quote);
    to.text(escapeLabelValue(labels[name] as string));
    to.byte(quote);
  }
}

function escapeLabelValue(value: string): string {
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index);
    if (unit === backslash || unit === quote || unit === lineFeed) return value.replace(/[\\"\n]/g, escapeCharacter);
  }
  return value;
}

/** Also of a help text, in OpenMetrics. */
export function escapeCharacter(character: string): string {
  return character === "\n" ? "\\n" : `\\${character}`;
}
