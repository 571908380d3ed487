/**
 * Whether a file of the package or its dependencies can be opened by a running PinGo. Maps, types and texts are for
 * people; programs of dependencies are nobody's here. Licences stay.
 */
export function isOpenedByNode(path) {
  if (/\.(map|md|markdown|flow|d\.[cm]?ts|[cm]?ts|tsbuildinfo)$/.test(path)) return /licen[cs]e|notice/i.test(path);
  return !/\/node_modules\/(\.bin|(@[^/]+\/)?[^/]+\/bin)(\/|$)/.test(path);
}
