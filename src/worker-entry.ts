/**
 * The file of a thread, named as `./worker` beside the module that starts it (its `import.meta.url`): TypeScript in a
 * clone, and what was compiled of it in the package. The compiler turns import statements alone.
 */
export function workerEntry(name: string, importer: string): URL {
  return new URL(`${name}${importer.slice(importer.lastIndexOf("."))}`, importer);
}
