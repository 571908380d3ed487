/** To one digit behind the point. */
export function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
