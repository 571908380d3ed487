/**
 * A number as Go writes it (strconv's format 'g', shortest), which is what Prometheus and its clients have in labels: with
 * an exponent of two digits at least where it is below -4 or above 5. The same bound spelt otherwise is another series.
 */
export function formatGoFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  const [digits = "", exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
