import { chmod, lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";

/** Whose group it is may read what is measured. */
const socketMode = 0o660;

/**
 * Removes the file of a socket behind which nobody listens any more: a process that was killed leaves it, and nobody
 * could listen there again. What somebody answers behind, and what is no socket, stays.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => undefined);
  if (stat?.isSocket() === true && !(await answers(path))) await unlink(path).catch(() => {});
}

/**
 * Does what makes a socket's file before it returns, as Node's listen does, and shuts everybody else out from the start:
 * until its mode is set anybody could connect, and stay. The umask is that of the whole process, so that it only gets
 * stricter meanwhile.
 */
export function withoutOthers<Result>(bind: () => Result): Result {
  const before = process.umask(0o777);
  process.umask(before | (0o777 & ~socketMode));
  try {
    return bind();
  } finally {
    process.umask(before);
  }
}

/** Lets the owner and the group in, whatever the umask of this process is. */
export function openToGroup(path: string): Promise<void> {
  return chmod(path, socketMode);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    // Only this says that nobody is there; one that may not be asked, or is busy, is somebody's.
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
}
