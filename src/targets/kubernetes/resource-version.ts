/**
 * Whether one version of an API's store lies before another. Kubernetes lets them be compared as whole numbers (KEP-5504);
 * where they are none, or one is missing, nothing is said.
 */
export function isEarlier(version: string, than: string): boolean {
  if (!/^[1-9]\d*$/.test(version) || !/^[1-9]\d*$/.test(than)) return false;
  // Longer than a number holds exactly, so that they are compared as text.
  return version.length === than.length ? version < than : version.length < than.length;
}
