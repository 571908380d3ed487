/** What a live view is told of its terminal. */
export interface TtyListener {
  readonly input: (chunk: Uint8Array) => void;
  readonly resize: () => void;
  /** The program is about to be stopped (SIGTSTP): the screen is the shell's. */
  readonly suspend: () => void;
  /** It goes on (SIGCONT). */
  readonly resume: () => void;
  /** The process ends now, in whatever way: the last moment to write. */
  readonly closing: () => void;
  /** Nothing more will come: the terminal is gone. */
  readonly closed: () => void;
}

/** A terminal that a live view has for itself. */
export interface Tty {
  size(): { readonly columns: number; readonly rows: number };
  /** At once: also where the process ends with the next line. */
  write(text: string): void;
  /** Takes keys one by one; what it gives back ends that. */
  open(listener: TtyListener): () => void;
  /** Stops the whole job, as Ctrl-Z does. */
  suspend(): void;
}
