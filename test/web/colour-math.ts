/** What colours look like to whom: for tests and for whoever changes the palette. `#rrggbb` only. */

type Triple = readonly [number, number, number];

function linearOf(colour: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Relative luminance (WCAG 2.2). */
export function luminance(colour: string): number {
  const [red, green, blue] = linearOf(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio (WCAG 2.2): 1 to 21. */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

export type Eyes = "all" | "protan" | "deutan" | "tritan";

/** Machado, Oliveira and Fernandes (2009), severity 1.0. */
const blindness: Readonly<Record<Exclude<Eyes, "all">, readonly [Triple, Triple, Triple]>> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** How far two colours are apart to such eyes: the Euclidean distance in Oklab times 100; 2 is just to be seen. */
export function distance(a: string, b: string, eyes: Eyes = "all"): number {
  const [x, y] = [oklab(seen(a, eyes)), oklab(seen(b, eyes))];
  return 100 * Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

function seen(colour: string, eyes: Eyes): Triple {
  const linear = linearOf(colour);
  return eyes === "all" ? linear : times(blindness[eyes], linear);
}

function times(matrix: readonly [Triple, Triple, Triple], [a, b, c]: Triple): Triple {
  const row = (index: 0 | 1 | 2) => {
    const [x, y, z] = matrix[index];
    return Math.max(0, Math.min(1, x * a + y * b + z * c));
  };
  return [row(0), row(1), row(2)];
}

function oklab([red, green, blue]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
