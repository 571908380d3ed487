import { createHash } from "node:crypto";
import { open, realpath, stat } from "node:fs/promises";
import { quote } from "../../config/values.ts";
import { type ParsedTargetFile, parseTargetFileInSteps } from "./parse-target-file.ts";

export const maxFileBytes = 16 * 1_024 * 1_024;

/** A file's content, or in a sentence why it cannot be had. */
export type FileContent = { readonly bytes: Buffer } | { readonly problem: string };

/** The file as it is on disk; tests bring their own troubles. */
export interface TargetFile {
  /** How it is called in problems and in the log. */
  readonly path: string;
  /**
   * What changes with the file: where its symlinks lead (a ConfigMap's are swapped), which file it is, its size and its
   * times; the system's code where it cannot be had.
   */
  signature(): Promise<string>;
  read(): Promise<FileContent>;
}

export function targetFile(path: string): TargetFile {
  return { path, signature: () => signatureOf(path), read: () => readBounded(path) };
}

async function signatureOf(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(real, { bigint: true });
    return [real, dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
}

async function readBounded(path: string): Promise<FileContent> {
  try {
    // A pipe or a device would keep the reader waiting, or never end.
    if (!(await stat(path)).isFile()) return { problem: `${quote(path)} is not a file; give the path of one` };
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > maxFileBytes) return { problem: `${quote(path)} has ${size} bytes; ${maxFileBytes} are the most` };
    const buffer = Buffer.allocUnsafe(size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0) return { bytes: buffer.subarray(0, length) };
      // It is being written to; whoever writes is not done, and the next look will find it changed.
      if (length === buffer.length) return { problem: `${quote(path)} grew while it was read` };
    }
  } catch (error) {
    const [why] = (error as Error).message.split(", ");
    return { problem: `${quote(path)} cannot be read (${why}); give the path of a file` };
  }
}

export type LoadedTargetFile = ParsedTargetFile & {
  /** The same for the same content; empty where none could be read. */
  readonly hash: string;
};

/** Reads and parses a file, `skipHash` aside: of that content, undefined. Lets other work in between the steps. */
export async function loadTargetFile(
  file: TargetFile,
  skipHash: string | undefined,
  signal: AbortSignal,
): Promise<LoadedTargetFile | undefined> {
  const content = await file.read();
  if ("problem" in content) return { problems: [content.problem], hash: "" };
  const hash = createHash("sha256").update(content.bytes).digest("hex");
  if (hash === skipHash) return undefined;
  const text = decode(content.bytes);
  if (text === undefined) return { problems: [`${file.path}: is not text in UTF-8; save it as that`], hash };
  const parsed = await parseInTurns(text, file.path, signal);
  return parsed && { ...parsed, hash };
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Undefined where `signal` ended it. */
async function parseInTurns(text: string, path: string, signal: AbortSignal): Promise<ParsedTargetFile | undefined> {
  const steps = parseTargetFileInSteps(text, path, await import("yaml"));
  while (!signal.aborted) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return undefined;
}
