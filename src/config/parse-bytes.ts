import { type Parsed, type Parser, quote } from "./values.ts";

const bytesPerUnit: Readonly<Record<string, number>> = {
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** A number of bytes as `500MB`, `2GB` or `1GiB`, within bounds. */
export function bytes(min: number, max: number): Parser<number> {
  return (text): Parsed<number> => {
    const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([KMGT]i?B)$/i.exec(text.trim()) ?? [];
    const value = Math.round(Number(digits) * (bytesPerUnit[(unit ?? "").toUpperCase()] ?? Number.NaN));
    if (value >= min && value <= max) return { value };
    return {
      problem: `${quote(text)} will not do; write a size from ${formatBytes(min)} to ${formatBytes(max)}, e.g. 2GB`,
    };
  };
}

/** `64 MB`, `1.5 GB`: three figures at the most. */
export function formatBytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"] as const;
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 10 ** (3 * power)).toPrecision(3))} ${units[power]}`;
}
