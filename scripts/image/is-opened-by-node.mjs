/**
 * Whether a file of the package or its dependencies can be opened by a running PinGo. Maps, types and texts are for
 * people; programs of dependencies are nobody's here; a module beside the one that `exports` or `main` names is for
 * bundlers. Licences stay.
 */
export function isOpenedByNode(path) {
  if (/\.(map|md|markdown|flow|d\.[cm]?ts|[cm]?ts|tsbuildinfo)$/.test(path)) return /licen[cs]e|notice/i.test(path);
  if (/\/node_modules\/(\.bin|(@[^/]+\/)?[^/]+\/bin)(\/|$)/.test(path)) return false;
  return !/\/@opentelemetry\/[^/]+\/build\/(esm|esnext)(\/|$)/.test(path);
}
