/** A named entry of a kubeconfig as its file has it. It is checked when a context that is asked for needs it. */
export interface KubeconfigEntry {
  readonly name: string;
  /** The file it stands in; relative paths in it start from that file's folder. */
  readonly file: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type Entries = ReadonlyMap<string, KubeconfigEntry>;

/** What one or more kubeconfig files say together. */
export interface Kubeconfig {
  /** The files that were read, the one that wins first. */
  readonly files: readonly string[];
  /** Files that were looked for and are not there. */
  readonly missing: readonly string[];
  /** Empty where no file names one. */
  readonly currentContext: string;
  readonly contexts: Entries;
  readonly clusters: Entries;
  readonly users: Entries;
}
