type TypedArray = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** An array of numbers as long as `length`, with what `before` had in it; the same one where that is long enough. */
export function grown<A extends TypedArray>(before: A, length: number): A {
  if (before.length >= length) return before;
  const Kind = before.constructor as new (length: number) => A;
  const after = new Kind(Math.max(length, Math.ceil(before.length * 1.5), 64));
  after.set(before as never);
  return after;
}
