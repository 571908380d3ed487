/**
 * Whether a file of the package or its dependencies can be opened by a running PinGo. Maps, types and texts are for
 * people; a module for bundlers beside the one that `exports` or `main` names is for bundlers. Licences stay.
 */
export function isOpenedByNode(path) {
  if (/\.(map|md|markdown|flow|d\.[cm]?ts|[cm]?ts|tsbuildinfo)$/.test(path)) return /licen[cs]e|notice/i.test(path);
  return !/\/@opentelemetry\/[^/]+\/build\/(esm|esnext)(\/|$)/.test(path);
}
