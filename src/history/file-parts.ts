import type { Problem } from "../api/problem.ts";

/** Files that are made and sent at once: each holds the heat of all targets of its range where it is made. */
export const filesAtMost = 4;

/** An answer as a file, part by part. Its reader ends it, whether it has read it to the end or not. */
export interface FileParts {
  /** Undefined at the end. An empty part is work alone. Throws where there is no more, but ought to be. */
  next(): Promise<Uint8Array | undefined>;
  /** Can be called again. */
  end(): void;
}

export interface Part {
  readonly bytes: Uint8Array;
  /** Whether there may be another one. */
  readonly isMore: boolean;
}

/** The parts after the first one, which is there. `ask`: for the next; `end`: nobody reads on. */
export function partsFrom(first: Part, ask: () => Promise<Part | Problem>, end: () => void): FileParts {
  let ready: Part | undefined = first;
  let isMore = first.isMore;
  let isEnded = false;
  return {
    next: async () => {
      if (ready === undefined && !isMore) return undefined;
      const reply = ready ?? (await ask());
      ready = undefined;
      // It came too late for who has ended the file meanwhile.
      if (isEnded) return undefined;
      if ("problem" in reply) {
        isMore = false;
        end();
        throw new Error(`the rest of a file cannot be read: ${reply.problem}`);
      }
      isMore = reply.isMore;
      return reply.bytes;
    },
    end: () => {
      if (isMore) end();
      isMore = false;
      isEnded = true;
      ready = undefined;
    },
  };
}
