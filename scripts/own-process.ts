import { readFileSync } from "node:fs";
import { posix } from "node:path";

/** What reaches out of a process, or is one for all of it: threads, sockets, other programs, files that stay open. */
const outside =
  /^(koffi|node:(child_process|cluster|dgram|dns|http|http2|https|perf_hooks|sqlite|timers|tls|v8|vm|worker_threads)(\/.*)?)$/;
/** What a test would change, or measure, for all that run beside it. */
const processWide = /\b(process\.|globalThis\b|mock\b|setTimeout\b|setInterval\b|import\()/;
/** Imports that stay once types are taken out; Biome keeps `import type` apart. */
const kept = /^(?:import|export)\s(?!type\b)[^;"]*?"([^"]+)";/gm;

type Read = (path: string) => string;
const fromDisk: Read = (path) => readFileSync(path, "utf8");

/**
 * Why a test file needs a process of its own, in a few words, or undefined where it can share one: neither it nor what it
 * imports of `test/` names anything that is one for the whole process, and nothing it imports reaches out of it.
 * `path` is relative to the repository, where `read` looks; imports of packages are not followed.
 */
export function ownProcessReason(path: string, read: Read = fromDisk): string | undefined {
  const seen = new Set<string>();
  const todo = [path];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const source = read(file);
    const word = file.startsWith("test/") ? processWide.exec(source)?.[0] : undefined;
    if (word !== undefined) return `${file} names ${word}`;
    for (const [, imported = ""] of source.matchAll(kept)) {
      if (outside.test(imported)) return `${file} imports ${imported}`;
      if (imported.startsWith(".")) todo.push(posix.join(posix.dirname(file), imported));
    }
  }
  return undefined;
}
