/** Files that a test writes, in memory. */
export class Files {
  readonly texts = new Map<string, string>();
  reads = 0;

  constructor(texts: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(texts)) this.texts.set(path, text);
  }

  /** As `readBoundedFile`: throws the system's error where there is none. */
  readonly read = (path: string): string => {
    this.reads++;
    const text = this.texts.get(path);
    if (text !== undefined) return text;
    const message = `ENOENT: no such file or directory, open '${path}'`;
    throw Object.assign(new Error(message), { code: "ENOENT" });
  };
}
