/** A count from the command line; ends the bench with a sentence where it is none. */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name}: ${JSON.stringify(text)} will not do; write a whole number above 0`);
  process.exit(2);
}
