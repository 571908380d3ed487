import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Page, PageFile } from "./page-file.ts";

/** In a folder there is, beside this list, each file as it is and with `.gz` encoded. */
const listName = "page.json";

interface List {
  readonly version: string;
  readonly files: readonly Omit<PageFile, "bytes" | "gzip">[];
}

const nameOf = ({ path }: { readonly path: string }) => basename(path) || "index.html";

/** Puts a page into a folder, for a PinGo that cannot make it. Rejects where that cannot be written. */
export async function writeReadyPage(folder: string, { version, files }: Page): Promise<void> {
  await mkdir(folder, { recursive: true });
  // First and last: as long as it is not there, nobody takes for a page what is being written, also over another one.
  await rm(join(folder, listName), { force: true });
  for (const file of files) {
    await writeFile(join(folder, nameOf(file)), file.bytes);
    await writeFile(join(folder, `${nameOf(file)}.gz`), file.gzip);
  }
  const list: List = {
    version,
    files: files.map(({ path, contentType, isForever }) => ({ path, contentType, isForever })),
  };
  await writeFile(join(folder, listName), `${JSON.stringify(list, undefined, 2)}\n`);
}

/** Undefined where there is none. Rejects where there is a part of one. */
export async function readReadyPage(folder: string): Promise<Page | undefined> {
  const text = await readFile(join(folder, listName), "utf8").catch(unlessMissing);
  if (text === undefined) return undefined;
  const { version, files } = JSON.parse(text) as List;
  return { version, files: await Promise.all(files.map((file) => readPageFile(folder, file))) };
}

async function readPageFile(folder: string, file: List["files"][number]): Promise<PageFile> {
  const path = join(folder, nameOf(file));
  const [bytes, gzip] = await Promise.all([readFile(path), readFile(`${path}.gz`)]);
  return { ...file, bytes, gzip };
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}
