import { stat } from "node:fs/promises";

/** What can be seen of a file without reading it, and is another once it was changed or replaced, or came or went. */
export async function stateOfFile(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    return [ino, size, mtimeMs, ctimeMs].join(" ");
  } catch (error) {
    return String(error);
  }
}
