/** Whole numbers from 0 up to what is asked for, which is left out; the same in every run. Marsaglia's xorshift. */
export function randomNumbers(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
